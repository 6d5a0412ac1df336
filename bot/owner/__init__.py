"""The operator's hand: which servers the bot is in, who may ask at all, when it takes nothing new."""
