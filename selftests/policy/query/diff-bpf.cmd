policy diff --root ../root bpf.policy bpf-after.policy
