"""What people write: watchlists, topics, places and settings. Imports nothing of ours."""
