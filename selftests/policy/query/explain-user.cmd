policy explain --root ../root before.policy --program broker --listen tcp/1883 --user 7
