policy diff --root ../root sockets-before.policy sockets-after.policy
