policy explain --root ../root sockets-after.policy --protocol tcp
