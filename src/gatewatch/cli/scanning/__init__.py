"""What `gatewatch scan ACTION` does; one file for each group of actions that belong together."""
