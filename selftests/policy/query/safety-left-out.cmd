policy check --root ../root kept-after.policy
