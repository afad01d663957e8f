policy diff --root ../root ../good/minimal.policy ../good/usb.policy
