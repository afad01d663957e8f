policy explain --root ../root --program app --listen tcp/22 --at 192.168.2.7 owns.policy
