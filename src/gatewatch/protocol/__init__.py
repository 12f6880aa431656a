"""CWMP and HTTP without sockets: bytes in, events and facts out.

Nothing here opens, waits, reads a clock or draws a random number (import contract).
"""
