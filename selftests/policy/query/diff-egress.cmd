policy diff --root ../root egress-before.policy egress-after.policy
