policy who-can --root ../root before.policy module /lib/modules/usbhid.ko
