policy learn --from records-connect.json
