"""A local stand-in for Discord: try the bot with no account, and test it over real sockets."""
