"""Files from strangers: every one ends in a picture or in one sentence, soon, and in little memory."""

from __future__ import annotations

import itertools
import random
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator

import pytest
from picture_files import GIF_FRAME, PNG_MAGIC, chunk, gif, photo, png, samples, saved, tiff
from PIL import Image

from dreamcore.errors import PictureError
from dreamcore.picture import Limits, decode, read_recipe

SAMPLES = samples()
MUTATIONS = 400  # of each sample
LIMITS = Limits(pixels=1_000_000)  # a lie below the limit is believed, and costs the decoder that much time
SLOW = 10.0  # seconds of processor time, on a slow machine


def outcome(data: bytes) -> str:
    """ "picture", or the sentence. Anything else that is raised fails the test."""
    started = time.thread_time()
    try:
        picture = decode(data, limits=LIMITS)
        said = "picture"
        assert picture.rgb.shape == (picture.height, picture.width, 3)
        assert picture.alpha is None or picture.alpha.shape == picture.rgb.shape[:2]
    except PictureError as error:
        said = str(error)
        assert said.endswith(".")
        assert len(said) < 200
        assert "\n" not in said
    assert time.thread_time() - started < SLOW
    read_recipe(data)
    return said


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_that_was_cut_off_gives_a_sentence(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    data = SAMPLES[name]
    said = [outcome(data[: len(data) * tenth // 10]) for tenth in range(10)]
    assert said[0].startswith("The file is empty")
    whole_without_tail = {"gif animated", "jpeg several", "tiff pages", "tiff", "bmp palette"}
    if name not in whole_without_tail:  # the first frame can be whole when the file is not
        assert "picture" not in said
    assert said[1] != "picture"
    assert not capfd.readouterr().out


def mutants(data: bytes, dice: random.Random, count: int) -> Iterator[bytes]:
    for _ in range(count):
        mutant = bytearray(data)
        for _ in range(dice.choice((1, 1, 2, 4, 16))):
            reach = dice.choice((len(mutant), min(len(mutant), 150)))  # headers are hit more often
            at = dice.randrange(reach)
            match dice.randrange(10):
                case 0 | 1 | 2 | 3:
                    mutant[at] ^= 1 << dice.randrange(8)
                case 4 | 5 | 6:
                    mutant[at] = dice.choice((0, 1, 127, 128, 254, 255))
                case 7:
                    mutant[at : at + 4] = dice.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"))
                case 8:
                    del mutant[at : at + dice.randrange(1, 30)]
                    mutant = mutant or bytearray(b"x")
                case 9:
                    again = dice.randrange(len(mutant))
                    mutant[at:at] = mutant[again : again + dice.randrange(1, 40)]
        yield bytes(mutant)


def with_right_checksums(data: bytes) -> bytes:
    """A damaged PNG that no checksum gives away, so that the damage reaches the decoder."""
    mended, position = bytearray(data), 8
    while position + 12 <= len(mended):
        end = position + 8 + int.from_bytes(mended[position : position + 4], "big")
        if end + 4 > len(mended):
            break
        mended[end : end + 4] = struct.pack(">I", zlib.crc32(mended[position + 4 : end]))
        position = end + 4
    return bytes(mended)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_damaged_file_gives_a_picture_or_a_sentence(name: str) -> None:
    dice = random.Random(f"dream {name}")
    heard = {outcome(mutant) for mutant in mutants(SAMPLES[name], dice, MUTATIONS)}
    assert len(heard) > 1
    if "png" in name:
        heard = {outcome(with_right_checksums(mutant)) for mutant in mutants(SAMPLES[name], dice, MUTATIONS)}
        assert "picture" in heard


def test_a_damaged_png_is_not_taken_for_a_whole_one() -> None:
    stored = bytearray(saved(Image.fromarray(photo()), "PNG", compress_level=0))
    stored[len(stored) // 2] ^= 1
    with pytest.raises(PictureError, match="damaged"):
        decode(bytes(stored))


GREY = [(256, 3, 1, 100), (257, 3, 1, 100), (258, 3, 1, 8), (262, 3, 1, 1), (277, 3, 1, 1)]
STRIP = [(273, 4, 1, 200), (278, 4, 1, 100), (279, 4, 1, 10_000)]
MEBI = 1 << 20

LIES: dict[str, tuple[Callable[[], bytes], str]] = {
    "png 60000x60000": (lambda: png(60000, 60000, 8, 0, b""), "60000x60000 pixels; at most 100 megapixels"),
    "png without pixels": (lambda: png(9999, 9999, 8, 0, b"\0" * 100), "damaged or incomplete"),
    "png of a million pieces": (
        lambda: png(9999, 9999, 8, 0, b"", chunk(b"IDAT", b"") * 1_000_000),
        "damaged or incomplete",
    ),
    "gif 65535x65535": (lambda: gif(GIF_FRAME + b";", 65535, 65535), "65535x65535 pixels"),
    "gif frame far outside": (
        lambda: gif(b"\x2c" + struct.pack("<HHHHB", 65535, 65535, 65535, 65535, 0) + GIF_FRAME[10:]),
        "131070x131070 pixels",
    ),
    "gif of remarks": (lambda: gif(b"!\xfe\0" * 5_000_000 + GIF_FRAME), "damaged or incomplete"),
    "gif without a frame": (lambda: gif(b";"), "damaged or incomplete"),
    "jpeg 65500x65500": (
        lambda: b"\xff\xd8\xff\xc0\0\x0b\x08\xff\xdc\xff\xdc\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\xff\xd9",
        "65500x65500 pixels",
    ),
    "jpeg of a thousand scans": (lambda: scans(1000), "too many scans"),
    "jpeg of remarks": (
        lambda: SAMPLES["jpeg"].replace(b"\xff\xd8", b"\xff\xd8" + b"\xff\xfe\0\2" * 150_000, 1),
        "segments",
    ),
    "webp 16777216x16777216": (
        lambda: b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff" * 6 + b"VP8L\0\0\0\0",
        "16777216x16777216 pixels",
    ),
    "bmp 2147483647 wide": (
        lambda: b"BM" + struct.pack("<IHHIIiiHH", 0, 0, 0, 54, 40, 2**31 - 1, -9, 1, 24) + b"\0" * 99,
        "2147483647x9 pixels",
    ),
    "bmp packed in tiny runs": (
        lambda: b"BM" + struct.pack("<IHHIIiiHHI", 0, 0, 0, 54, 40, 9999, 999, 1, 8, 1) + b"\1\7" * 5 * MEBI,
        "takes too long",
    ),
    "tiff 4000000000 wide": (
        lambda: tiff((256, 4, 1, 4_000_000_000), (257, 4, 1, 4_000_000_000), *GREY[2:], *STRIP),
        "4000000000x4000000000 pixels",
    ),
    "tiff of 15 million strips": (
        lambda: tiff(*GREY, (273, 4, 15_000_000, 200), *STRIP[1:], rest=b"\0" * 61_000_000),
        "15000000 values of tag 273",
    ),
    "tiff with giant tiles": (
        lambda: tiff(*GREY, (322, 4, 1, 60000), (323, 4, 1, 60000), (324, 4, 1, 200), (325, 4, 1, 99), (259, 3, 1, 8)),
        "giant tiles",
    ),
    "tiff from a fax": (lambda: saved(Image.new("1", (8, 8)), "TIFF", compression="group4"), "save it as a PNG"),
    "tiff from a camera": (lambda: tiff(*GREY, *STRIP, (50706, 1, 4, 1)), "raw camera file"),
    "tiff with no pixels": (
        lambda: tiff((256, 4, 1, 9999), (257, 4, 1, 9999), *GREY[2:], *STRIP, rest=b"\0" * 99),
        "damaged or incomplete",
    ),
}


def scans(count: int) -> bytes:
    whole = saved(Image.new("RGB", (64, 64)), "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * count + b"\xff\xd9"


@pytest.mark.parametrize("name", LIES)
def test_a_file_that_lies_gives_a_sentence_at_once(name: str) -> None:
    make, words = LIES[name]
    data = make()
    started = time.thread_time()
    with pytest.raises(PictureError) as refused:
        decode(data)
    assert words in f"{refused.value} {refused.value.log}"
    assert time.thread_time() - started < SLOW


BOMBS: dict[str, Callable[[], bytes]] = {
    "deflated text": lambda: chunk(b"zTXt", b"k\0\0" + zlib.compress(b"a" * 50_000_000)) * 8,
    "international text": lambda: chunk(b"iTXt", b"k\0\1\0\0\0" + zlib.compress(b"a" * 50_000_000)) * 8,
    "colour profile": lambda: chunk(b"iCCP", b"k\0\0" + zlib.compress(b"a" * 100_000_000)),
    "exif": lambda: chunk(
        b"eXIf",
        b"II*\0\x08\0\0\0\xff\xff" + b"".join(struct.pack("<HHII", i, 4, 10**6, 8) for i in range(65535)) + b"a" * 999,
    ),
    "frames": lambda: chunk(b"acTL", b"\xff" * 8) + chunk(b"fcTL", b"\xff" * 26) * 50_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_picture_with_a_bomb_beside_it_is_read_without_it(name: str) -> None:
    data = png(4, 1, 8, 0, b"\1\2\3\4", BOMBS[name]())
    started = time.thread_time()
    picture = decode(data)
    assert time.thread_time() - started < SLOW
    assert picture.rgb[0, :, 0].tolist() == [1, 2, 3, 4]
    assert picture.frames == (10_000 if name == "frames" else 1)
    assert read_recipe(data) is None


WITHIN_MEMORY = """
import resource, sys
from dreamcore.errors import PictureError
from dreamcore.picture import decode, read_recipe
data = sys.stdin.buffer.read()
try:
    decode(data[:1])
except PictureError:
    pass
now = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + (200 << 20),) * 2)
try:
    print(decode(data).rgb.shape)
except PictureError as error:
    print(error)
read_recipe(data)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits a process's memory the Linux way")
@pytest.mark.parametrize(
    ("name", "make"),
    [
        *((name, LIES[name][0]) for name in ("png 60000x60000", "gif frame far outside", "tiff with giant tiles")),
        ("text", lambda: png(4, 1, 8, 0, b"\1\2\3\4", BOMBS["deflated text"]())),
        ("colour profile", lambda: png(4, 1, 8, 0, b"\1\2\3\4", BOMBS["colour profile"]())),
        ("webp", LIES["webp 16777216x16777216"][0]),
        ("jpeg", LIES["jpeg 65500x65500"][0]),
    ],
)
def test_a_bomb_takes_little_memory(name: str, make: Callable[[], bytes]) -> None:
    ran = subprocess.run([sys.executable, "-W", "error", "-c", WITHIN_MEMORY], input=make(), capture_output=True)
    assert ran.returncode == 0, ran.stderr.decode()
    said = ran.stdout.decode()
    assert "too large to be decoded" not in said  # which is what running out of memory says
    assert said.strip() == "(1, 4, 3)" or said.strip().endswith(".")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7\n", "This is a PDF, not a picture: post a JPEG, PNG, WebP or GIF."),
        (b"  <!DOCTYPE html><html>", "a web page"),
        (b"<?xml version='1.0'?><svg xmlns=''/>", "an SVG drawing"),
        (b"<?xml version='1.0'?><rss/>", "an XML file"),
        ("Grüße an alle\n".encode() * 90, "This is text"),
        (b'{"message": "Unknown"}', "This is text"),
        (b"\0\0\0\x20ftypisom\0\0\0\0isomavc1mp41", "a video"),
        (b"\x1aE\xdf\xa3" + b"\0" * 50, "a video"),
        (b"RIFF\0\0\0\0AVI LIST", "a video"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a sound file"),
        (b"PK\x03\x04\x14\0", "a ZIP archive"),
        (b"8BPS\0\1", "a Photoshop file"),
        (b"\0\0\1\0\1\0", "an icon"),
        (b"%!PS-Adobe-3.0 EPSF", "a PostScript file"),
        (b"\xff\x0a\xfa\x7f", "a JPEG XL picture, which cannot be read here"),
        (b"II*\0\x10\0\0\0CR\2\0", "a raw camera file"),
        (b"MZ\x90\0", "a program"),
        (b"", "The file is empty"),
        (b"\0", "not a picture of a kind"),
        (b"BM" + b"\xff" * 60, "not a picture of a kind"),
        (b"\x0a\x05\x01\x08" + b"\0" * 124, "not a picture of a kind"),  # PCX, which Pillow would open
    ],
)
def test_what_is_no_picture_is_called_by_its_name(data: bytes, words: str) -> None:
    with pytest.raises(PictureError) as refused:
        decode(data)
    assert words in str(refused.value)


@pytest.mark.parametrize("kind", ["PCX", "TGA", "PPM", "ICO", "EPS", "DDS", "JPEG2000", "SGI", "ICNS", "QOI"])
def test_kinds_that_only_pillow_knows_are_refused(kind: str) -> None:
    with pytest.raises(PictureError, match="post a JPEG, PNG, WebP or GIF"):
        decode(saved(Image.fromarray(photo(32, 32)), kind))


def test_a_heif_without_its_library_gives_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(PictureError, match="HEIF pictures"):
        decode(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")


def test_a_name_is_never_believed() -> None:
    """Type by content: the bytes alone are handed over, and a PNG's magic before a JPEG's content does not help."""
    jpeg = saved(Image.fromarray(photo()), "JPEG")
    with pytest.raises(PictureError, match="damaged"):
        decode(PNG_MAGIC + jpeg)


def test_pillows_warnings_go_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here every warning is an error; between one and two times this size Pillow warns of a bomb."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 700)
    assert decode(SAMPLES["tiff lzw"]).width == 40
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 500)
    with pytest.raises(PictureError, match="megapixels"):
        decode(SAMPLES["tiff lzw"])


def test_no_two_samples_are_the_same() -> None:
    for one, other in itertools.combinations(SAMPLES, 2):
        assert SAMPLES[one] != SAMPLES[other]
