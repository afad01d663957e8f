policy show same.policy
