policy explain --root ../root before.policy --exec /usr/bin/voice
