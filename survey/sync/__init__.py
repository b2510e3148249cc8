"""What tablets talk to (docs/sync.md): `event` reads what they send, `inbox` decides and keeps, `apply` calls the services
that pages call too, `row` and `reference` tell them what they need, `blobs` takes their photos. No HTTP in here.
"""
