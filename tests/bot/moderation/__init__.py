"""Settings in layers: their values, how they are kept, and what follows from them."""
