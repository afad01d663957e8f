policy explain --root ../root same.policy --program broker --listen tcp/8007
