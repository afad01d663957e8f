policy explain --root ../root --program app --bind tcp/40001 --on eth0 --from 192.0.2.1 bind.policy
