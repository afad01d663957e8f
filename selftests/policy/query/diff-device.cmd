policy diff --root ../root dev-before.policy dev-one.policy
