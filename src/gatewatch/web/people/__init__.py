"""Who may ask: people with passwords, tokens of programs, and how often they may try."""
