policy learn --from /dev/null
