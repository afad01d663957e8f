policy explain --root ../root brokers.policy --program broker --connect tcp/2948
