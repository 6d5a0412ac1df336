"""Backups: the database and the pictures that belong to it in one file, checked, and put back."""
