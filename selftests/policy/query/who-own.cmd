policy who-can --root ../root owns.policy listen tcp 22 at 192.168.1.7
