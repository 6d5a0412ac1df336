"""Checkpoints: exact when they are whole, and never a crash when they are not."""

from __future__ import annotations

import logging
import random
from typing import Any

import numpy as np
import pytest

from dreamcore.pausing import Checkpoint, fingerprint, pack, unpack

OF: dict[str, Any] = {"kind": "film", "version": 1, "recipe": "seed=1", "source": fingerprint("a picture")}


def _checkpoint() -> Checkpoint:
    state = np.random.default_rng(0).standard_normal((1, 3, 5, 7)).astype(np.float32)
    return Checkpoint(state={"frame": 12}, arrays={"picture": state}, blobs={"video": bytes(range(256))})


def test_what_was_packed_comes_back_exactly() -> None:
    packed = _checkpoint()

    unpacked = unpack(pack(packed, **OF), **OF)

    assert unpacked is not None
    assert unpacked.state == {"frame": 12}
    assert np.array_equal(unpacked.arrays["picture"], packed.arrays["picture"])
    assert unpacked.arrays["picture"].dtype == np.float32
    assert unpacked.blobs == packed.blobs


@pytest.mark.parametrize("other", [{"kind": "grid"}, {"version": 2}, {"recipe": "seed=2"}, {"source": "else"}])
def test_a_checkpoint_of_other_work_is_not_used(other: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert unpack(pack(_checkpoint(), **OF), **{**OF, **other}) is None
    assert "another " + next(iter(other)) in caplog.text


def test_a_damaged_checkpoint_means_to_begin_again() -> None:
    packed, chance = pack(_checkpoint(), **OF), random.Random(0)
    wholes = [b"", b"PK", packed[: len(packed) // 2], packed[:-30], b"\x80\x04N."]
    for _ in range(300):
        damaged = bytearray(packed)
        damaged[chance.randrange(len(packed))] ^= 1 << chance.randrange(8)
        wholes.append(bytes(damaged))
    for data in wholes:
        found = unpack(data, **OF)  # never raises; what still opens is what was packed
        assert found is None or np.array_equal(found.arrays["picture"], _checkpoint().arrays["picture"])


def test_no_checkpoint_is_the_beginning() -> None:
    assert unpack(None, **OF) is None
