"""A worker whose disk is full, its cache and its temporary files on it: it dreams, and what it cannot keep it makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.executor.protocol import Lost, Made, Order, Outcome
from bot.kinds import Kind
from dreamcore.atlas import keeping
from dreamcore.atlas.pages import atlas_page
from dreamcore.atlas.tiles import TILE
from dreamcore.catalogue import network_info
from tests import disks
from tests.bot.executor.conftest import PATIENCE, Cluster, order

PAGE = "network=daydream layer=edges page=1"


@pytest.mark.soak
@pytest.mark.parametrize("when", ["before it starts", "while it works"])
def test_a_worker_without_room_on_its_disk_dreams_and_draws_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    with disks.small_disk(tmp_path / "disk", size=1 << 20) as disk:
        monkeypatch.setenv("TMPDIR", str(disk))
        if when == "before it starts":
            disks.fill(disk)
        cluster = Cluster(disk)
        try:
            first: Outcome = Lost(started=False, log="")
            while isinstance(first, Lost):
                first = cluster.dream(order()).result(PATIENCE)
            assert isinstance(first, Made), first
            if when == "while it works":
                disks.fill(disk)
            assert isinstance(cluster.dream(order()).result(PATIENCE), Made)
            page = Order(
                job="page", ordinal=0, attempt=1, kind=Kind.ATLAS, picture=None, recipe=PAGE, byte_limit=10 << 20
            )  # fmt: skip
            drawn = cluster.dream(page).result(PATIENCE)
            assert isinstance(drawn, Made), drawn
        finally:
            cluster.close()


def test_a_page_that_cannot_be_kept_is_a_line_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    page = atlas_page(network_info("daydream"), "edges", 1)
    tiles = np.zeros((len(page.tiles), TILE, TILE, 3), np.uint8)
    with disks.small_disk(tmp_path / "disk", size=1 << 20) as disk:
        disks.fill(disk)
        keeping.keep(page, "weights", disk / "atlas", tiles)
        keeping.keep_part(page, "weights", disk / "atlas", bytes(4096))
        assert caplog.text.count("cannot be kept") == 2
        assert keeping.kept_tiles(page, "weights", disk / "atlas") is None
        assert not [path for path in disk.rglob("*") if path.is_file() and path.name != "ballast"], (
            "nothing half written"
        )
