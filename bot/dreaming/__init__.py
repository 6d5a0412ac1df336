"""Doors, progress, replies, buttons: everything that a member sees."""
