policy who-can --root ../root before.policy use camera
