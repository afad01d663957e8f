policy who-can --root ../root ../good/debug.policy module snd_usb_audio
