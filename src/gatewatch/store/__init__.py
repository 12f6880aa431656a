"""The lake: immutable Parquet snapshots behind one manifest, read by DuckDB."""
