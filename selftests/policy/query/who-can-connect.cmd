policy who-can --root ../root net-before.policy connect tcp 1883 10.2.3.4
