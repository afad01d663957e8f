policy check --root ../root conditions-unsafe.policy
