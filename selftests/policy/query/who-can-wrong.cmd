policy who-can --root ../root before.policy drink tea
