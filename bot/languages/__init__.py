"""The languages that the bot speaks. English stands in the code; the others are message catalogues beside this file.

Whoever reads decides: what a single person sees is in their language, what everybody sees is in the server's. The door
that somebody comes through says which (`speaking`), and `tr` looks there.
"""

from bot.languages.catalogues import ENGLISH, languages
from bot.languages.speech import current, either, listed, mark, number, speak, speaking, supported, tell, tr, tr_count

__all__ = [
    "ENGLISH",
    "current",
    "either",
    "languages",
    "listed",
    "mark",
    "number",
    "speak",
    "speaking",
    "supported",
    "tell",
    "tr",
    "tr_count",
]
