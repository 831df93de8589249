"""A city's Legistar Web API, imitated as the real one behaves (SOURCES.md 3.1, 9 and 10.5)."""
