policy who-can --root ../root after.policy listen tcp 5000
