policy explain --root ../root net-before.policy --program app --connect tcp/443 --to ::ffff:198.51.100.9
