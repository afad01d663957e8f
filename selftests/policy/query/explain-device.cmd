policy explain --root ../root devices.policy --program front --sensor camera --device platform/vivid.0
