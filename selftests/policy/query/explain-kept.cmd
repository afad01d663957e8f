policy explain --root ../root --program alarm --sensor microphone kept-before.policy
