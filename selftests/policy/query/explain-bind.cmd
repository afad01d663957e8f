policy explain --root ../root --program app --bind tcp/40001 --on eth0 --from 10.1.2.3 bind.policy
