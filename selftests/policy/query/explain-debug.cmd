policy explain --root ../root ../good/debug.policy --program app --debug perf
