policy explain --root ../root before.policy --program broker --listen tcp/22
