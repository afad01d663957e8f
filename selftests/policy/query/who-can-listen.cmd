policy who-can --root ../root devices.policy listen udp 5353
