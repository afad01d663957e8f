policy explain --root ../root before.policy --program ap --sensor camera
