"""The notices: what each one says, as plain values, and the list of them by name."""
