policy explain --root ../root --program app --bind tcp/22 --at 192.168.2.7 owns.policy
