policy explain --root ../root net-before.policy --program app --connect tcp/443 --to example.com
