"""The real bot in its own process, against the stand-in, over real sockets."""
