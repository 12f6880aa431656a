"""The API of people and programs, in a process of its own: loopback, a token always, two roles."""
