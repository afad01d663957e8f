policy explain --root ../root ../good/arguments.policy --program look --sensor camera
