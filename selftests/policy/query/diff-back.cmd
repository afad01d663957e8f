policy diff --root ../root after.policy before.policy
