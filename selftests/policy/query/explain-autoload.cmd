policy explain --root ../root ../good/debug.policy --autoload net-pf-10
