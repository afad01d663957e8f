policy explain --root ../root egress-after.policy --program app --egress camera --to 198.51.100.1
