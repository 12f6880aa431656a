"""The only door to foreign hosts: polite by construction, no code path goes around that."""
