"""What is measured is what it is said to be, and tables stand where they belong."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import against, codecs, latency, roofline, steps, throughput
from benchmarks.__main__ import BY_NAME, DOCUMENT, ON_GPU, PARTS, main
from benchmarks.options import Options
from benchmarks.subjects import Subject, rendered, tensor_of
from benchmarks.tables import NoPlace, Table, marks, wrapped, written
from benchmarks.textbook import Textbook
from benchmarks.timing import Stopwatch, peak_bytes, race
from bot.executor.protocol import Failed
from dreamcore.networks import load
from dreamcore.picture import decode

CPU = torch.device("cpu")
OPTIONS = Options(device=CPU, rounds=1, quick=True)


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    """As many as before."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject(load("daydream"), "conv2")


def test_a_part_is_written_into_its_place_and_nothing_else_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codecs, "QUICK_SIDE", 64)
    document = tmp_path / "performance.md"
    begins, ends = marks("codecs cpu")
    around = f"# By hand\n\n{begins}\nold figures\n{ends}\n\nAlso by hand.\n<!-- figures: steps cpu -->\n"
    document.write_text(around, encoding="utf-8")
    main(["codecs", "--quick", "--rounds", "1", "--document", str(document)])
    text = document.read_text(encoding="utf-8")
    before, _, rest = text.partition(begins)
    made, _, after = rest.partition(ends)
    assert (before, after) == ("# By hand\n\n", "\n\nAlso by hand.\n<!-- figures: steps cpu -->\n")
    assert "old figures" not in made
    assert "`python -m benchmarks codecs --quick`" in made
    assert f"torch {torch.__version__.partition('+')[0]}" in made
    assert all(f"| {title} |" in made for title in codecs.FILES)


def test_figures_without_a_place_are_not_lost_in_silence() -> None:
    with pytest.raises(NoPlace, match="figures: codecs cpu"):
        written("# nothing here\n", "codecs cpu", "figures")


def test_only_shown_figures_leave_the_document_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codecs, "tables", lambda _options: [Table(columns=("a",), rows=[("figure",)])])
    document = tmp_path / "performance.md"
    main(["codecs", "--print", "--document", str(document)])
    assert "| figure |" in capsys.readouterr().out
    assert not document.exists()


def test_the_document_has_a_place_for_every_part() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for part in (*(f"{part} cpu" for part in PARTS), *(f"{part} cuda" for part in ON_GPU)):
        written(text, part, "")
    assert not {*BY_NAME} & {*PARTS, *ON_GPU}


def test_a_table_is_one_that_markdown_knows() -> None:
    table = Table(about="Milliseconds:", columns=("a", "b"), rows=[("1", "2")], notes="Below.")
    assert table.markdown() == "Milliseconds:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nBelow."
    assert wrapped("one two three", 8) == "one two\nthree"


def test_the_textbook_loop_climbs_and_keeps_the_size(subject: Subject) -> None:
    textbook, pixels = subject.textbook(CPU), tensor_of(rendered(64, 80).rgb)
    torch.manual_seed(1)
    dreamt = textbook.dream(pixels, steps=3, octaves=2)
    assert dreamt.shape == pixels.shape
    before, after = (float(textbook.value(seen).detach()) for seen in (pixels, dreamt))
    assert after > 1.2 * before
    assert float(dreamt.min()) >= 0
    assert float(dreamt.max()) <= 1


def test_the_textbook_loop_does_all_that_a_tutorial_does(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weight gradients, and the layers behind the one that counts; the network that we dream with is not changed."""
    textbook = subject.textbook(CPU)
    module = textbook._module
    ran: list[str] = []
    module.get_submodule("classifier").register_forward_hook(lambda *_: ran.append("classifier"))
    textbook.step(tensor_of(rendered(64, 64).rgb))
    assert ran == ["classifier"]
    assert module.get_submodule("conv1").get_parameter("conv.weight").grad is not None
    assert not any(parameter.requires_grad for parameter in subject.network.module.parameters())


def test_rivals_take_turns_and_the_best_round_counts() -> None:
    order: list[str] = []
    delays = {"a": iter([9.0, 3.0, 1.0, 2.0]), "b": iter([9.0, 5.0, 6.0, 4.0])}

    class Watch(Stopwatch):
        def time(self, work: Callable[[], object]) -> float:
            return float(str(work()))

    def work(name: str, times: Iterator[float]) -> Callable[[], object]:
        def done() -> float:
            order.append(name)
            return next(times)

        return done

    works = {name: work(name, times) for name, times in delays.items()}
    assert race(works, Watch(device=CPU, threads=1), rounds=3, seconds=60) == {"a": 1.0, "b": 4.0}
    assert order == ["a", "b"] * 4


def test_the_peak_of_memory_is_seen(subject: Subject) -> None:
    def work() -> None:
        torch.ones(32 << 20, dtype=torch.uint8)

    found = peak_bytes(work, CPU)
    assert found is None or 30 << 20 < found < 64 << 20


def test_a_step_moves_at_least_what_its_convolutions_read_and_write(subject: Subject) -> None:
    """conv1: 3 x 64 x 64 to 32 x 32 x 32; conv2: from there to 64 x 16 x 16; forward and back, 4 bytes each."""
    weights = 32 * 3 * 36 + 64 * 32 * 16
    planes = 3 * 64 * 64 + 2 * 32 * 32 * 32 + 64 * 16 * 16
    assert roofline.least_traffic(subject, 64, 64, "fp32") == 2 * 4 * (planes + weights)
    assert roofline.least_traffic(subject, 64, 64, "bf16") == 2 * 2 * (planes + weights)


def test_the_limit_is_whichever_takes_longer() -> None:
    limits = roofline.Limits(operations=100.0, bytes=10.0)
    assert limits.seconds(1000, 10) == 10.0
    assert limits.seconds(100, 1000) == 100.0


def test_what_is_promised_is_measured_in_turns_with_the_textbook(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(against, "QUICK_SIZE", (48, 64))
    monkeypatch.setattr(against, "subject", lambda _name: subject)
    (table,) = against.tables(OPTIONS)
    assert [row[1:3] for row in table.rows][:2] == [("textbook", "fp32"), (f"`{against.CLASSIC}`", "fp32")]
    assert all(float(row[4]) > 0 for row in table.rows)


def test_a_step_is_measured_with_its_limit_and_its_memory(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roofline, "SIDE", {"cpu": 128})
    monkeypatch.setattr(roofline, "COPIED", {"cpu": 1 << 20})
    found = steps.measured(subject, (64, 64), OPTIONS)
    figures = found["fp32"]
    assert figures.operations == 2 * 2 * (32 * 32 * 32 * 3 * 36 + 64 * 16 * 16 * 32 * 16)
    assert figures.seconds > 0
    assert figures.limit > 0
    assert figures.textbook > 0


def test_a_size_that_is_new_is_dreamt_before_one_that_was_seen(subject: Subject) -> None:
    row = latency.measured(subject, "classic", "fp32", 64, OPTIONS)
    assert row[1:3] == ("classic", "fp32")
    assert all(float(milliseconds) > 0 for milliseconds in row[3:6])


def test_every_order_of_the_mix_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (900, 1100, 3), np.uint8)  # rendering six takes seconds
    monkeypatch.setattr(throughput, "landscape", lambda *_: noise)
    photographs = throughput.photographs_of(OPTIONS, 12)
    orders = list(itertools.islice(throughput.orders_of(photographs, throughput.MIXED), 24))
    assert len(set(photographs)) == 12
    assert len({order.job for order in orders}) == len({order.recipe for order in orders}) == 24
    shapes = {decode(photograph).rgb.shape[:2] for photograph in photographs}
    assert len(shapes) == len(throughput.SHAPES)


def test_a_dream_that_is_not_made_is_no_figure() -> None:
    tally = throughput.Tally(seconds=[1.0])
    tally.add(Failed(sentence="No.", log=""), 1.0)
    with pytest.raises(RuntimeError, match="1 orders were not made"):
        throughput.row_of(1, 1, "mixed", tally, 0, 1.0)


def test_textbook_is_named_by_its_layer(subject: Subject) -> None:
    with pytest.raises(AttributeError):
        Textbook(subject.network, "no such layer", CPU)
