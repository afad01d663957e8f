policy diff --root ../root before.policy same.policy
