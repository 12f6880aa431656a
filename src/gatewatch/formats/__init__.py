"""What other tools wrote and what they read: one file per format, in `read` and `write`.

The folder is the list: a new file there is a new format, nothing else is edited.
"""
