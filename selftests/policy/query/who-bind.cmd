policy who-can --root ../root bind.policy bind tcp 40001 on eth0 from 10.1.2.3
