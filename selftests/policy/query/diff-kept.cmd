policy diff --root ../root kept-before.policy kept-after.policy
