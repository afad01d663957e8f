policy explain --root ../root egress-after.policy --program app --egress camera --to 192.0.2.1
