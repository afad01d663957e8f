policy explain --root ../root --bpf 9f39 bpf.policy
