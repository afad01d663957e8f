policy diff --root ../root owns.policy owns-after.policy
