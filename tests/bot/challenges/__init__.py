"""Dream challenges, on a real database."""
