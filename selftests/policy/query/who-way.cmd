policy who-can --root ../root ways.policy connect tcp 443 10.1.2.3 on eth0
