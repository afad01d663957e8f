policy explain --root ../root ../good/debug.policy --debug tracefs
