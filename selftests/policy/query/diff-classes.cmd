policy diff --root ../root dev-before.policy dev-after.policy
