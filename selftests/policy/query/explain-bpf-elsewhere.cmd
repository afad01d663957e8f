policy explain --root ../root --bpf 1f39cd6e02434a8ba44460db3537e714408ce12fb9e14301c0a01fd0fab9906e bpf.policy
