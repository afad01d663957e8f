policy explain --root ../root after.policy --listen udp/1900
