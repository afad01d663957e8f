policy explain --root ../root ../good/units.policy --program bridge --listen tcp/1883
