"""Challenges in Discord: commands, forms and buttons of moderators and members, and what goes out by itself."""
