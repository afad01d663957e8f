policy diff --root ../root ../good/minimal.policy ../good/debug.policy
