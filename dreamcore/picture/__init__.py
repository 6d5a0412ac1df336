"""Untrusted bytes to a picture, and a dream back to bytes.

`kinds` tells what a file is, `containers` surveys its structure, `decoding` reads it, `colour` makes it sRGB,
`alpha` fills what transparency hides, `shrinking` makes a small one; `encoding`, `budget` and `recipes` write the
dream and what made it.
"""

from dreamcore.picture.alpha import fill_hidden
from dreamcore.picture.budget import Encoded, encode_within
from dreamcore.picture.decoding import Limits, Picture, decode, too_many_bytes
from dreamcore.picture.encoding import encode
from dreamcore.picture.kinds import format_for
from dreamcore.picture.recipes import read_recipe
from dreamcore.picture.shrinking import shrink

__all__ = [
    "Encoded",
    "Limits",
    "Picture",
    "decode",
    "encode",
    "encode_within",
    "fill_hidden",
    "format_for",
    "read_recipe",
    "shrink",
    "too_many_bytes",
]
