policy check --root ../root ../warned/rules.policy
