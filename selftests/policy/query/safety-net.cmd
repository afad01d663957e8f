policy check --root ../root net-unsafe.policy
