"""The query language: text to conditions to SQL, with positions in every error."""
