policy explain --root ../root --program app --egress camera --on eth1 ways.policy
