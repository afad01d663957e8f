policy explain --root ../root before.policy --module /lib/modules/usbhid.ko
