"""Which of a company's people work from behind an exposed router, and what is done about it.

Sign-ins come from logs (`sources`), are kept as little and as short as may be, and are joined
with what scans saw. What is found becomes a case of one person and one exposure.
"""
