"""Commands of `ruhu` by noun. Each module lists its commands in `COMMANDS`."""
