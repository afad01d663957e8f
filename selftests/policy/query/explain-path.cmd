policy explain --root ../root before.policy --program /usr/bin/camera-app --sensor camera
