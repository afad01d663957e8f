policy explain --root ../root sockets-after.policy --program app --protocol packet
