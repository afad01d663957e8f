policy diff --root ../root conditions-before.policy conditions-after.policy
