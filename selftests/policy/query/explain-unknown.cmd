policy explain --root ../root before.policy --sensor camera
