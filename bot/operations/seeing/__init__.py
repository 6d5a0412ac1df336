"""What the operator sees of a running bot: figures, health, reports. Counts only; no member, no server, no picture."""
