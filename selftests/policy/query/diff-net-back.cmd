policy diff --root ../root net-after.policy net-before.policy
