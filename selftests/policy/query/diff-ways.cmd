policy diff --root ../root ways.policy ways-after.policy
