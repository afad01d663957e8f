policy check --werror --root ../root ../warned/rules.policy
