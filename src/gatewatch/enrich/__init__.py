"""Where an address is: country and autonomous system from range tables, read in bulk.

`read/` reads the files that users bring, `intake` makes a table of one, `tables` keeps them in
the lake, `ranges` looks addresses up. Nothing here opens a connection.
"""
