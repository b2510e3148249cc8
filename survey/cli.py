"""Ruhu."""
