policy who-can --root ../root brokers.policy connect tcp 2947
