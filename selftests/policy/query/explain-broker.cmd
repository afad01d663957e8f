policy explain --root ../root brokers.policy --program app --connect tcp/2947
