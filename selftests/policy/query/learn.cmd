policy learn --from records.json
