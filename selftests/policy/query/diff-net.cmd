policy diff --root ../root net-before.policy net-after.policy
