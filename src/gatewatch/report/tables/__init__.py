"""Reports as tables: titles, notes and rows, for people and for programs; one file a report."""
