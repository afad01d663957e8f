policy who-can --root ../root conditions-after.policy listen udp 5000 by eth1
