"""What a file is, judged by its first bytes and never by its name; and a sentence for what it is not."""

from __future__ import annotations

from pathlib import PurePath

from dreamcore.errors import PictureError, clip
from dreamcore.sentences import Sentence

# Translators: what to do, at the end of a sentence, behind a colon
ADVICE = Sentence("post a JPEG, PNG, WebP or GIF")

_EXTENSIONS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".webp": "WEBP"}

_MATROSKA = b"\x1aE\xdf\xa3"
_OLD_MOVIES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # QuickTime's, from before files named their kind
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}  # the sizes a bitmap's second header may state
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}

# What people post by mistake. Longer prefixes stand before shorter ones that they begin with.
_OTHERS: tuple[tuple[bytes, Sentence], ...] = (
    (b"%PDF", Sentence("a PDF")),
    (b"%!PS", Sentence("a PostScript file")),
    (b"\xc5\xd0\xd3\xc6", Sentence("a PostScript file")),
    (b"8BPS", Sentence("a Photoshop file")),
    (b"gimp xcf", Sentence("a GIMP file")),
    (b"\x00\x00\x01\x00", Sentence("an icon")),
    (b"\x00\x00\x02\x00", Sentence("a mouse pointer")),
    (b"\x00\x00\x00\x0cJXL ", Sentence("a JPEG XL picture")),
    (b"\xff\x0a", Sentence("a JPEG XL picture")),
    (b"\x00\x00\x00\x0cjP  ", Sentence("a JPEG 2000 picture")),
    (b"\xff\x4f\xff\x51", Sentence("a JPEG 2000 picture")),
    (b"v/1\x01", Sentence("an OpenEXR picture")),
    (b"#?RADIANCE", Sentence("a Radiance picture")),
    (b"DDS ", Sentence("a texture file")),
    (b"qoif", Sentence("a QOI picture")),
    (b"PK\x03\x04", Sentence("a ZIP archive or an office document")),
    (b"Rar!", Sentence("a RAR archive")),
    (b"7z\xbc\xaf", Sentence("a 7-Zip archive")),
    (b"\x1f\x8b", Sentence("a gzip archive")),
    (b"\x00\x00\x01\xba", Sentence("a video")),
    (b"\x00\x00\x01\xb3", Sentence("a video")),
    (b"FLV", Sentence("a video")),
    (b"OggS", Sentence("a sound or video file")),
    (b"ID3", Sentence("a sound file")),
    (b"fLaC", Sentence("a sound file")),
    (b"MZ", Sentence("a program")),
    (b"\x7fELF", Sentence("a program")),
)


def identify(data: bytes) -> str:
    """The kind of picture: "PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF" or "HEIF".

    Raises `PictureError` that says what the file is instead, as far as its first bytes tell.
    """
    if not data:
        raise PictureError(Sentence("The file is empty: nothing of the picture arrived. Please post it again."))
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BMP_HEADERS:
        return "BMP"
    if data.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        if data[8:10] == b"CR":
            raise _not_a_picture(Sentence("a raw camera file"))
        return "TIFF"
    if data[4:8] == b"ftyp" and (kind := _in_box(data)) is not None:
        return kind
    if identify_video(data) is not None:
        raise PictureError(Sentence("This is a video, not a picture: dream it as a film, or {advice}.", advice=ADVICE))
    raise _not_a_picture(_what(data))


def identify_video(data: bytes) -> str | None:
    """The kind of video that can be dreamt as a film: "MP4" (also MOV), "MKV" (also WebM); None for all else."""
    if data.startswith(_MATROSKA):
        return "MKV"
    if data[4:8] == b"ftyp":
        return "MP4" if _in_box(data) is None else None
    return "MP4" if data[4:8] in _OLD_MOVIES and data[:2] == b"\0\0" else None


def format_for(name: str) -> str:
    """The output format ("PNG", "JPEG" or "WEBP") that a file name asks for by its extension.

    >>> format_for("dream.JPG")
    'JPEG'
    """
    extension = PurePath(name).suffix.lower()
    if extension in _EXTENSIONS:
        return _EXTENSIONS[extension]
    if not extension:
        raise PictureError(
            Sentence("The name “{name}” has no extension: end it in .png, .jpg or .webp.", name=clip(name))
        )
    raise PictureError(
        Sentence(
            "A dream cannot be written as “{extension}”: end its name in .png, .jpg or .webp.",
            extension=clip(extension),
        )
    )


def _in_box(data: bytes) -> str | None:
    """AVIF, HEIF and videos share one container; the brands in its first box tell them apart. None: a video."""
    length = min(int.from_bytes(data[:4], "big"), 512)
    brands = [data[8:12], *(data[i : i + 4] for i in range(16, length - 3, 4))]
    if b"avif" in brands or b"avis" in brands:
        return "AVIF"
    if _HEIF_BRANDS.intersection(brands):
        return "HEIF"
    return None


def _what(data: bytes) -> Sentence | None:
    for prefix, name in _OTHERS:
        if data.startswith(prefix):
            return name
    if data.startswith(b"RIFF"):
        return {b"AVI ": Sentence("a video"), b"WAVE": Sentence("a sound file")}.get(data[8:12])
    text = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<svg" in text:
        return Sentence("an SVG drawing")
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or b"<html" in text:
        return Sentence("a web page")
    if text.startswith(b"<?xml"):
        return Sentence("an XML file")
    # Translators: what a file is, instead of a picture
    return Sentence("text") if _is_text(data[:1024]) else None


def _is_text(head: bytes) -> bool:
    try:
        decoded = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # not merely the cut in the middle of a letter
            return False
        decoded = head[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter in "\r\n\t\f" for letter in decoded)


def _not_a_picture(what: Sentence | None) -> PictureError:
    if what is None:
        return PictureError(Sentence("This is not a picture of a kind that can be read here: {advice}.", advice=ADVICE))
    if what.endswith("picture"):
        return PictureError(Sentence("This is {what}, which cannot be read here: {advice}.", what=what, advice=ADVICE))
    return PictureError(Sentence("This is {what}, not a picture: {advice}.", what=what, advice=ADVICE))
