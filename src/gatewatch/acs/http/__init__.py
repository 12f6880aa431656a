"""The edge where devices knock: HTTP/1.x on sockets, bounded in bytes, time and number.

A device is the client and speaks first; see `door.py` for what a listener promises.
"""
