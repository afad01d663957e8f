policy explain --root ../root conditions-after.policy --program broker --listen tcp/8883 --on eth0 --from 192.168.1.2
