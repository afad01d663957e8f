policy who-can --root ../root ../good/units.policy listen tcp 1883
