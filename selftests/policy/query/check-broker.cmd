policy check --root ../root brokers-unsafe.policy
