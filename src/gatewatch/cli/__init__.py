"""The command line: one file per command in `commands`, the folder is the list."""
