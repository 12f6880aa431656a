"""What is odd in a lake, one file a kind; each finding is a sentence, its numbers and its query."""
