policy who-can --root ../root devices.policy listen tcp 85
