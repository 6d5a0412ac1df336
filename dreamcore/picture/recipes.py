"""The recipe inside the file: a text chunk in PNG, an XMP packet in JPEG and WebP, a comment in MP4 and GIF.

Only these are written by us, so only these are searched when a recipe is read back.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from xml.parsers import expat
from xml.sax.saxutils import escape

from dreamcore.errors import PictureError
from dreamcore.films.boxes import comment_in
from dreamcore.picture.containers import gif_comments, jpeg_segments, png_chunks, webp_chunks
from dreamcore.picture.kinds import identify, identify_video
from dreamcore.sentences import Sentence

PNG_KEY = "Dreambot recipe"
NAMESPACE = "https://dreambot.example/ns/1.0/"  # a name, not a place: nobody looks it up
JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"

FILM = "film "  #: what the recipe of a film begins with in its file
MAX_RECIPE = 32_000  # bytes in UTF-8; a JPEG's segment holds 65 502 with the packet around it, escapes and all
_MAX_PACKET = 1 << 20


def read_recipe(data: bytes) -> str | None:
    """The recipe that was written into a dream's PNG, JPEG or WebP, or a film's MP4, GIF or WebP, letter by letter.

    None where there is none, also in a damaged file or one of another kind: nothing is raised for any bytes.
    """
    try:
        if identify_video(data) == "MP4":
            return _of_a_film(comment_in(data))
        kind = identify(data)
        if kind == "GIF":
            return next(filter(None, map(_of_a_film, gif_comments(data))), None)
        if kind == "PNG":
            return _from_png(data)
        if kind == "JPEG":
            return _from_xmp(
                data[start + len(JPEG_XMP) : end]
                for marker, start, end in jpeg_segments(data)
                if marker == 0xE1 and data.startswith(JPEG_XMP, start)
            )
        if kind == "WEBP":
            return _from_xmp(data[start:end] for name, start, end in webp_chunks(data) if name == b"XMP ")
    except PictureError:
        pass
    return None


def _of_a_film(comment: str | None) -> str | None:
    """Anybody may write comments: ours begin with the kind of what was made."""
    return comment if comment is not None and comment.startswith(FILM) and len(comment) <= MAX_RECIPE else None


def check_recipe(recipe: str) -> None:
    """Raises `PictureError` for a text that not every format can carry: control characters, or far too long."""
    if any((letter < " " and letter not in "\t\n\r") or letter in "\ufffe\uffff" for letter in recipe):
        raise PictureError(Sentence("The recipe holds control characters, which a picture file cannot carry."))
    try:
        size = len(escape(recipe).encode())
    except UnicodeEncodeError as error:
        raise PictureError(Sentence("The recipe holds half a letter, which a picture file cannot carry.")) from error
    if size > MAX_RECIPE:
        raise PictureError(
            Sentence(
                "The recipe is too long for a picture file: {size} bytes of at most {most}.", size=size, most=MAX_RECIPE
            )
        )


def xmp_packet(recipe: str) -> bytes:
    """The XMP packet (ISO 16684-1) with the recipe as its only property."""
    text = escape(recipe, {"\r": "&#13;"})  # a bare carriage return would be read back as a line feed
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:dream="{NAMESPACE}">'
        f"<dream:recipe>{text}</dream:recipe>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    ).encode()


def _from_png(data: bytes) -> str | None:
    key = PNG_KEY.encode("latin-1")
    for kind, start, end in png_chunks(data):
        if kind not in (b"iTXt", b"tEXt") or not data.startswith(key + b"\0", start) or end - start > _MAX_PACKET:
            continue
        text = data[start + len(key) + 1 : end]
        if kind == b"tEXt":
            return text.decode("latin-1")
        deflated, text = text[:1] != b"\0", text[2:]
        for _ in range(2):  # language and translated keyword
            text = text.partition(b"\0")[2]
        try:
            return (_inflate(text) if deflated else text).decode("utf-8")
        except (zlib.error, UnicodeDecodeError):
            continue
    return None


def _inflate(deflated: bytes) -> bytes:
    inflate = zlib.decompressobj()
    text = inflate.decompress(deflated, _MAX_PACKET)
    if not inflate.eof:
        raise zlib.error("cut off, or larger than any recipe")
    return text


def _from_xmp(packets: Iterable[bytes]) -> str | None:
    for packet in packets:
        recipe = _from_packet(packet) if len(packet) <= _MAX_PACKET else None
        if recipe is not None:
            return recipe
    return None


def _from_packet(packet: bytes) -> str | None:
    """The property as an element, or as an attribute as other programs may rewrite it."""
    reader = expat.ParserCreate(namespace_separator=" ")
    collect = _Collector()
    reader.StartElementHandler = collect.start
    reader.EndElementHandler = collect.end
    reader.CharacterDataHandler = collect.text
    reader.StartDoctypeDeclHandler = collect.doctype
    try:
        reader.Parse(packet, True)
    except (expat.ExpatError, _DocumentType, ValueError, LookupError):  # the last two: an unknown encoding
        return None
    return collect.recipe


class _Collector:
    """What expat calls while it reads; keeps the first recipe it meets."""

    def __init__(self) -> None:
        self.recipe: str | None = None
        self._letters: list[str] | None = None  # while inside the element
        self._name = f"{NAMESPACE} recipe"

    def start(self, element: str, attributes: dict[str, str]) -> None:
        if self.recipe is None and self._name in attributes:
            self.recipe = attributes[self._name]
        elif self.recipe is None and element == self._name:
            self._letters = []

    def text(self, letters: str) -> None:
        if self._letters is not None:
            self._letters.append(letters)

    def end(self, element: str) -> None:
        if self._letters is not None and element == self._name:
            self.recipe, self._letters = "".join(self._letters), None

    def doctype(self, *_: object) -> None:
        raise _DocumentType


class _DocumentType(Exception):
    """The packet declares a document type, where entities that grow without bound could hide."""
