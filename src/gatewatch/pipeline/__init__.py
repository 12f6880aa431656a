"""The one place that knows the order: read, mask, intern, enrich, identify, store."""
