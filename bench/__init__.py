"""Benchmarks: each module prints tables; nothing here asserts a time.

A module `bench/<noun>.py` has `def tables() -> Iterator[Table]` and runs alone as `python -m bench.<noun>`.
`make bench` runs them all beside a temporary PostgreSQL (its address is in POSTGRES_URL) and writes docs/benchmarks.md.
"""
