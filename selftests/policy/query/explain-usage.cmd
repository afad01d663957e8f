policy explain --root ../root before.policy --sensor camera --listen tcp/1
