"""What moderators use, over the stand-in's sockets."""
