"""Where an address is: country and autonomous system from range tables, read in bulk."""
