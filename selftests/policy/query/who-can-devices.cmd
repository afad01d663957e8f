policy who-can --root ../root devices.policy use camera
