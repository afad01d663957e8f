policy check --root / include-device.policy
