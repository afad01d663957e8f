policy explain --root ../root before.policy --program /usr/bin/voice --sensor camera
