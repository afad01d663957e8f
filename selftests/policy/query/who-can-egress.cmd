policy who-can --root ../root egress-after.policy egress camera 192.0.2.66
