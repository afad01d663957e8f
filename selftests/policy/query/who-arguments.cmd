policy who-can --root ../root ../good/arguments.policy use camera
