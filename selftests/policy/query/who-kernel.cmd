policy who-can --root ../root kernel.policy listen udp 51820
