"""For the operator: what to check before and while the bot runs."""
