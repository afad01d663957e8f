policy who-can --root ../root conditions-after.policy listen udp 5000 on eth1 from 10.1.2.3
