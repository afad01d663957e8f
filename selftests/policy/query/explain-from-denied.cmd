policy explain --root ../root conditions-after.policy --program broker --listen tcp/8883 --on lo --from ::ffff:192.168.66.1
