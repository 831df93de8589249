"""How the tables came to be: one file a step, run in process by Alembic."""
