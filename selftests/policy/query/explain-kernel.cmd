policy explain --root ../root kernel.policy --program vpn --listen udp/51821
