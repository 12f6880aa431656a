"""What flows through the house: answers, observations, snapshots, fields and errors.

This room imports no other room, opens nothing and reads no clock.
"""
