"""Workers that sleep, and a side of the bot that keeps them busy, with the programs' own copy of the code."""
