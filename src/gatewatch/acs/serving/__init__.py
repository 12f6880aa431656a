"""What drives sessions: requests from doors in, the state in the middle, answers out."""
