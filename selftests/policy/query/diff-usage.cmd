policy diff
