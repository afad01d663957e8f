policy learn --from before.policy
