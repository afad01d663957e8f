policy who-can --root ../root sockets-after.policy use protocol raw
