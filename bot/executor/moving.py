"""The worker's side of decoding moving pictures: what a child tells of one, and its frames, some at a time.

Nothing of it is believed: numbers are within the limits, times rise, sizes are those that were asked for. What cannot
be checked, the sound's packets, is only copied, never decoded here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from bot.executor.decoder import NUMBER
from bot.executor.decoding import MOST_NOTES, Answer, Decoder, natural, picture_from
from bot.executor.wording import unpacked
from dreamcore.films.footage import SECOND, Frame, MovingPicture, Sound, fitting_size
from dreamcore.picture import Picture

_FORMATS = ("GIF", "WEBP", "PNG", "AVIF", "MP4", "MKV")
_AT_ONCE = 48 << 20  #: bytes of frames that a child sends before it ends
_RATES = (8000, 96000)  #: samples a second
_LARGEST_PACKET = 6144  #: bytes of AAC
_MOST_LOOPS = 1 << 16


def decode_source(decoder: Decoder, data: bytes) -> Picture | MovingPicture:
    """As `dreamcore.films.reading.read_source`, in child processes: one now, and more as frames are asked for.

    Raises PictureError, and DecoderKilled where the file is to blame for more, as does asking for frames.
    """

    def received(answer: Answer) -> Picture | MovingPicture:
        header = answer.header()
        if header.get("moving") is not True:
            return picture_from(header, answer, decoder.limits)
        return _moving(decoder, data, header, answer)

    return decoder.ask(data, {"asked": "source"}, received)


def decode_moving(decoder: Decoder, data: bytes) -> MovingPicture:
    """As `dreamcore.films.reading.read_moving`, and as `decode_source`."""
    return decoder.ask(data, {"asked": "moving"}, lambda answer: _moving(decoder, data, answer.header(), answer))


def _moving(decoder: Decoder, data: bytes, header: Mapping[str, Any], answer: Answer) -> MovingPicture:
    limits = decoder.limits.moving
    width, height = (natural(header[name], limits.side) for name in ("width", "height"))
    count, length = natural(header["frames"], limits.frames), natural(header["length"])
    if width * height > limits.pixels or length > (limits.seconds + 10) * SECOND:
        raise ValueError(f"{width}x{height} pixels, {length} microseconds")
    if header["format"] not in _FORMATS or len(header["notes"]) > MOST_NOTES:
        raise ValueError("a header that no decoder of ours writes")
    notes = tuple(unpacked(note) for note in header["notes"])
    starts = tuple(at for (at,) in NUMBER.iter_unpack(answer.bytes(count * NUMBER.size)))
    if starts[0] != 0 or any(b <= a for a, b in zip(starts, (*starts[1:], length), strict=True)):
        raise ValueError("times that do not rise")
    loop = header["loop"]
    return MovingPicture(
        width=width,
        height=height,
        format=header["format"],
        starts=starts,
        length=length,
        transparent=header["transparent"] is True,
        loop=loop if loop is None or loop == 0 else natural(loop, _MOST_LOOPS),
        sound=_sound(answer, header["sound"], length),
        notes=notes,
        digest=hashlib.sha256(data).hexdigest(),
        read=lambda first, longest: _frames(decoder, data, starts, first, (width, height), longest),
    )


def _sound(answer: Answer, told: Any, length: int) -> Sound | None:
    if told is None:
        return None
    kind, rate, channels, count = told
    rate, channels = natural(rate, _RATES[1]), natural(channels, 2)
    samples = length * rate // SECOND + rate
    if kind not in ("aac", "pcm") or rate < _RATES[0] or natural(count) > (1 if kind == "pcm" else samples):
        raise ValueError("a sound that no decoder of ours sends")
    most = _LARGEST_PACKET if kind == "aac" else samples * channels * 2
    pieces: list[tuple[int, bytes]] = []
    for _ in range(count):
        (start,), (size,) = (NUMBER.unpack(answer.bytes(NUMBER.size)) for _ in range(2))
        earliest = pieces[-1][0] + 1 if pieces else -rate
        if not earliest <= start <= samples:
            raise ValueError("sounds that are out of order")
        pieces.append((start, bytes(answer.bytes(natural(size, most)))))
    return Sound(kind=kind, rate=rate, channels=channels, pieces=tuple(pieces))


def _frames(
    decoder: Decoder, data: bytes, starts: tuple[int, ...], first: int, size: tuple[int, int], longest: int | None
) -> Iterator[Frame]:
    """Each child sends as many as fit into memory; the next one goes on where it ended."""
    width, height = fitting_size(*size, longest)
    most = max(1, _AT_ONCE // (width * height * 4))
    numbers = {start: number for number, start in enumerate(starts)}
    while first < len(starts):
        asked = {"asked": "frames", "first": first, "most": most, "longest": longest}
        frames = decoder.ask(data, asked, lambda answer: _some(answer, most, width, height))
        yield from frames
        if len(frames) < most:
            return
        first = max(first, numbers.get(frames[-1].start, len(starts))) + 1


def _some(answer: Answer, most: int, width: int, height: int) -> list[Frame]:
    frames: list[Frame] = []
    while not (header := answer.header()).get("end"):
        start = header["start"]
        if len(frames) == most or type(start) is not int or start < 0 or (frames and start <= frames[-1].start):
            raise ValueError("frames that were not asked for")
        rgb = answer.pixels(height, width, 3)
        alpha = answer.pixels(height, width) if header["alpha"] is True else None
        frames.append(Frame(rgb=rgb, alpha=alpha, start=start))
    return frames
