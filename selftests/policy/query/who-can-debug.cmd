policy who-can --root ../root ../good/debug.policy debug kexec
