"""Whether a text is one emoji."""

from __future__ import annotations

import unicodedata

_LONGEST = 16  #: characters: a family with skin tones, or a flag of a region
_JOINERS = frozenset("\u200d\ufe0f\u20e3")
_KEYS = frozenset("0123456789#*")


def is_emoji(text: str) -> bool:
    """By the kinds of its characters, which is enough to keep words out.

    >>> [is_emoji(one) for one in ("👍", "👩‍🎨", "🇫🇷", "3️⃣", "no", "3", "")]
    [True, True, True, True, False, False, False]
    """
    bare = [one for one in text if one not in _JOINERS]
    if not 0 < len(text) <= _LONGEST or not bare:
        return False
    if "\u20e3" in text:
        return len(bare) == 1 and bare[0] in _KEYS
    # So: most emoji and flags; Sk: skin tones; Cf: the tags in a region's flag; Sm and Po: arrows, ‼ and the like.
    return ord(bare[0]) > 0x7F and all(unicodedata.category(one) in ("So", "Sk", "Cf", "Sm", "Po") for one in bare)
