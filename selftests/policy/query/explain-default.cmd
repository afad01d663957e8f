policy explain --root ../root before.policy --program app --sensor motion
