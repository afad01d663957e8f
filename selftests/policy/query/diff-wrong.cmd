policy diff --root ../root before.policy missing.policy
