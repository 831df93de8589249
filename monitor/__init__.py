"""Use cases, and thin shells over them."""
