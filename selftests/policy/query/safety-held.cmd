policy check --root ../root ../good/safety.policy
