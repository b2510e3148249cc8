"""What may happen: the only writers. Plain values in, models out. Services never commit and know no request."""
