"""What a server's moderators decide, in layers, and what follows from it. The core knows no Discord and no torch."""
