policy diff --root ../root before.policy after.policy
