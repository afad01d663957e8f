policy check --root ../root unsafe.policy
