"""The raw engine: SYNs built by the thousand, answers taken without sockets. Linux, IPv4, root."""
