"""Everything that can go wrong in a dream, each with one sentence for the person it happened to.

DreamError
├── RecipeError          the request cannot be understood or cannot be met
│   ├── UnknownKey
│   ├── BadValue
│   ├── UnknownLayer
│   ├── UnknownChannel
│   ├── UnknownClass
│   └── UnknownNetwork
├── PictureError         the picture cannot be read or cannot be written
├── WeightsError         a network's weights are missing, damaged or of another network
├── OutOfMemory          the dream does not fit, even in tiles
├── DeviceError          the device asked for is not there
├── InstallationError    the libraries do not fit each other
└── Cancelled            somebody said stop

`error.sentence` is the sentence for the person, as a `Sentence`, so that it can be said in their language; `error.log`
adds what only the operator should read.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from dreamcore.sentences import Sentence, alternatives


class DreamError(Exception):
    """Base class. `sentence` goes to the person, `log` to the operator; the same unless told apart."""

    def __init__(self, sentence: str, *, log: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.log = log or sentence


class RecipeError(DreamError):
    """The recipe cannot be understood, or the network cannot meet it."""


class UnknownKey(RecipeError):
    """A key that no recipe has."""

    def __init__(self, key: str, known: Iterable[str]) -> None:
        known = list(known)
        hint = did_you_mean(key, known) or there_are(known)
        super().__init__(Sentence("There is no setting “{key}”.{hint}", key=clip(key), hint=hint))


class BadValue(RecipeError):
    """A key that exists with a value it cannot have."""

    def __init__(self, key: str, value: str, expected: str) -> None:
        super().__init__(
            Sentence("{key}={value} does not work: {expected}.", key=key, value=clip(value), expected=expected)
        )


class UnknownLayer(RecipeError):
    """The network has no such layer."""

    def __init__(self, layer: str, network: str, known: Iterable[str]) -> None:
        super().__init__(
            Sentence(
                "The network {network} has no layer “{layer}”.{hint} "
                "The levels edges, textures, patterns, parts and objects always work.",
                network=network,
                layer=clip(layer),
                hint=did_you_mean(layer, known),
            )
        )


class UnknownChannel(RecipeError):
    """The layer has fewer channels."""

    def __init__(self, channel: int, layer: str, channels: int) -> None:
        super().__init__(
            Sentence(
                "{layer} has no channel {channel}: its channels are 0 to {last}.",
                layer=layer,
                channel=channel,
                last=channels - 1,
            )
        )


class UnknownClass(RecipeError):
    """The network was never taught such a class."""

    def __init__(self, name: str, network: str, known: Iterable[str]) -> None:
        hint = did_you_mean(name, known)
        super().__init__(
            Sentence("The network {network} knows no “{name}”.{hint}", network=network, name=clip(name), hint=hint)
        )


class UnknownNetwork(RecipeError):
    """Neither a network of the catalogue nor a file of weights."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        known = list(known)
        hint = did_you_mean(name, known) or there_are(known)
        super().__init__(Sentence("There is no network “{name}”.{hint}", name=clip(name), hint=hint))


class PictureError(DreamError):
    """The picture cannot be read (or written) as it is."""


class WeightsError(DreamError):
    """A network's weights are missing, damaged, or belong to another network."""


class OutOfMemory(DreamError):
    """The dream does not fit into memory, even in tiles."""


class DeviceError(DreamError):
    """The device asked for is not there."""


class InstallationError(DreamError):
    """The installed libraries do not fit each other."""


class Cancelled(DreamError):
    """Somebody said stop; nothing was made."""

    def __init__(self) -> None:
        super().__init__(Sentence("The dream was cancelled."))


def clip(text: str, limit: int = 60) -> str:
    """Text from a stranger, short enough and on one line, to be quoted inside a sentence.

    >>> clip("a" * 100, 5)
    'aaaa…'
    """
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """' Did you mean a or b?' with the nearest known words, or nothing where none is near.

    >>> did_you_mean("strenght", ["strength", "steps"])
    ' Did you mean strength?'
    """
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower()[:60], by_lower, n=3, cutoff=0.6)
    if not near:
        return ""
    # Translators: stands behind another sentence, with a space between them; `words` are names
    return Sentence(" Did you mean {words}?", words=alternatives([by_lower[name] for name in near]))


def there_are(known: Iterable[str]) -> str:
    """' There are: a, b, c.', behind a sentence about something that there is not."""
    # Translators: stands behind another sentence, with a space between them; `words` are names
    return Sentence(" There are: {words}.", words=", ".join(known))
