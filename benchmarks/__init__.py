"""What is fast, and how close to the limit of the machine it runs on."""
