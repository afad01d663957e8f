policy explain --root ../root --program app --connect tcp/443 --on eth1 --to 10.1.2.3 ways.policy
