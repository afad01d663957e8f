policy who-can --root ../root devices.policy use camera platform/vivid.0
