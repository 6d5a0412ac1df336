"""Dream challenges: a theme, a picture, a week; everybody dreams and votes, somebody wins. No Discord in here."""
