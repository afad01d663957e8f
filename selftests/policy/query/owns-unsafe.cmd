policy check --root ../root owns-unsafe.policy
