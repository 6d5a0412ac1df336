"""Eyes: the same values as the whole network, gradients everywhere, nothing overwritten, nothing beyond."""

from __future__ import annotations

import copy
import functools
import gc
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, fx, nn

from dreamcore import networks
from dreamcore.catalogue import LEVELS, catalogue
from dreamcore.errors import BadValue, UnknownLayer
from dreamcore.networks import LOGITS, Network
from dreamcore.networks.graph import called_module
from dreamcore.networks.memory import peak_bytes
from dreamcore.networks.silu import SiLU

CPU = torch.device("cpu")
NAMES = tuple(catalogue())
Pictures = Callable[[int, int], Tensor]


def exact(network: Network, layers: list[str], picture: Tensor) -> dict[str, Tensor]:
    """The same layers by the untouched network, in float64."""
    module = fx.GraphModule(network.graph.root, network.graph.upto(layers))
    module = copy.deepcopy(module).double()
    for part in module.modules():
        if hasattr(part, "inplace"):
            part.inplace = False
    for node in module.graph.nodes:
        if "inplace" in node.kwargs:
            node.kwargs = {**node.kwargs, "inplace": False}
    module.recompile()
    values: dict[str, Tensor] = module(network.preprocessing.normalise(picture.double()))
    return values


def gradient(values: Tensor, picture: Tensor) -> Tensor:
    return torch.autograd.grad(values.double().square().mean(), picture, retain_graph=True)[0]


def near(a: Tensor, b: Tensor, tolerance: float) -> bool:
    a, b = a.detach().double(), b.detach().double()
    return float((a - b).norm()) <= tolerance * float(b.norm())


def random_network(name: str) -> Network:
    """Shared between tests, but for those of half a gigabyte."""
    return networks.random_weights(name) if name in ("vgg16", "vgg19", "alexnet") else _shared(name)


@functools.cache
def _shared(name: str) -> Network:
    return networks.random_weights(name)


@pytest.fixture(autouse=True, scope="module")
def _not_shared_any_more() -> Iterator[None]:
    yield
    _shared.cache_clear()
    gc.collect()


@pytest.mark.usefixtures("swept")
@pytest.mark.parametrize("name", NAMES)
def test_every_level_is_what_the_whole_network_has_there_and_rises_when_followed(name: str, clouds: Pictures) -> None:
    """Truncated, folded, fused, channels-last: still the same function, with the same gradient."""
    network = random_network(name)
    layers = [network.info.levels[level][0] for level in LEVELS]
    eye = network.prepare(layers, device=CPU)
    side = max(64, network.info.minimum_side)
    picture = clouds(side, side + 17).requires_grad_()
    seen, right = eye(picture), exact(network, layers, picture)
    assert list(seen) == layers
    for layer in layers:
        assert seen[layer].dtype is torch.float32
        assert near(seen[layer], right[layer], 1e-4), layer
        slope = gradient(seen[layer], picture)
        # A rectifier or maximum that rounding tips over changes a gradient a little, not its direction.
        assert near(slope, gradient(right[layer], picture), 3e-2), layer
        with torch.no_grad():
            after = eye(picture + slope * (1e-3 / slope.abs().mean()))[layer]
        assert float(after.square().mean()) > float(seen[layer].detach().square().mean()), layer


def test_every_layer_of_a_small_network_can_be_dreamt(clouds: Pictures) -> None:
    for name in ("squeezenet1_1", "daydream"):
        network = random_network(name)
        picture = clouds(48, 64).requires_grad_()
        layers = network.info.layers
        for some in (layers[start::12] for start in range(12)):
            seen = network.prepare([layer.name for layer in some], device=CPU)(picture)
            for layer in some:
                assert seen[layer.name].shape[1] == layer.channels, layer
                slope = gradient(seen[layer.name], picture)
                assert slope.isfinite().all(), layer
                assert float(slope.abs().max()) > 0, layer


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("inception_v1", "inception_3a/3x3_reduce", "inception_3a/relu_3x3_reduce"),
        ("inception_v1", "conv1/7x7_s2", "pool1/3x3_s2"),
        ("googlenet", "inception3a.branch2.0.bn", "inception3a"),
        ("squeezenet1_1", "features.3.squeeze", "features.3"),
        ("inception_v3", "Conv2d_2b_3x3.bn", "Conv2d_2b_3x3"),
        ("resnet50", "layer1.0.bn1", "layer1.0"),
    ],
)
def test_a_layer_before_its_rectifier_keeps_its_negative_values(
    name: str, before: str, after: str, clouds: Pictures
) -> None:
    network = random_network(name)
    picture = clouds(80, 80)
    for layers in ([before], [before, after], [after, before]):
        seen = network.prepare(layers, device=CPU)(picture)
        right = exact(network, layers, picture)
        assert float(seen[before].min()) < 0
        for layer in layers:
            assert near(seen[layer], right[layer], 1e-4), layer


def test_nothing_is_cut_out_of_what_silu_works_on(clouds: Pictures) -> None:
    network = random_network("daydream")
    eye = network.prepare(["mixed4c"], device=CPU)
    left = [node.target for node in eye.network.graph.nodes if isinstance(called_module(eye.network, node), SiLU)]
    assert len(left) == 2  # before the pool, and the layer itself; all others are part of the convolution behind them
    # Whoever asks for what stands before a cut or a join gets it as it is.
    layers = ["mixed3a.point.conv", "mixed3a.point", "mixed3a.single", "mixed3a", "mixed3b"]
    picture = clouds(48, 64)
    for some in (layers, layers[:1] + layers[3:], layers[1:3]):
        seen, right = network.prepare(some, device=CPU)(picture), exact(network, some, picture)
        assert all(near(seen[layer], right[layer], 1e-4) for layer in some)


@pytest.mark.parametrize("name", ["inception_v1", "googlenet", "resnet50", "squeezenet1_1", "daydream"])
def test_logits_by_place_average_to_the_networks_answer(name: str, clouds: Pictures) -> None:
    network = random_network(name)
    picture = clouds(96, 128)
    by_place = network.prepare([], device=CPU, logits=True)(picture)[LOGITS]
    assert by_place.shape[1] == len(network.classes)
    assert by_place.shape[2] * by_place.shape[3] > 1
    assert float(by_place.min()) < 0  # not yet rectified, or nothing could raise what is not seen at all
    rectified = by_place.relu() if name == "squeezenet1_1" else by_place
    answer = network.module(network.preprocessing.normalise(picture))
    assert torch.allclose(rectified.mean((2, 3)), answer, atol=1e-3, rtol=1e-3)


def test_logits_of_the_whole_picture_where_places_have_none(clouds: Pictures) -> None:
    network = random_network("alexnet")
    logits = network.prepare([], device=CPU, logits=True)(clouds(96, 80))[LOGITS]
    assert logits.shape == (1, 1000, 1, 1)


def test_nothing_runs_beyond_the_deepest_layer() -> None:
    network = random_network("inception_v1")
    eye = network.prepare(["inception_3b/output"], device=CPU)
    assert not [name for name, _ in eye.network.named_modules() if "inception_4" in name or "loss3" in name]
    deep = network.prepare(["inception_3b/output", "inception_4c/output"], device=CPU)
    assert eye.operations(64, 64) < deep.operations(64, 64)


def test_weights_are_frozen_and_the_networks_own_stay_as_they_are(clouds: Pictures) -> None:
    network = random_network("googlenet")
    before = {name: value.clone() for name, value in network.module.state_dict().items()}
    eye = network.prepare(["inception3a"], device=CPU)
    assert not any(parameter.requires_grad for parameter in eye.parameters())
    assert all(torch.equal(value, before[name]) for name, value in network.module.state_dict().items())


def test_reach_of_a_block_as_counted_by_hand() -> None:
    eye = random_network("inception_v1").prepare(["inception_4c/output"], device=CPU)
    assert (eye.stride, eye.halo, eye.minimum_side, eye.whole_picture) == (16, 112, 15, False)
    shallow = random_network("inception_v1").prepare(["inception_3a/output"], device=CPU)
    assert (shallow.stride, shallow.halo) == (8, 32)
    layer = catalogue()["inception_v1"].find_layers("4c")[0]
    assert (layer.channels, layer.stride, layer.receptive_field) == (512, 16, 299)
    assert random_network("efficientnet_b0").prepare(["features.2.0"], device=CPU).whole_picture


def test_operations_are_those_of_the_convolutions() -> None:
    eye = random_network("vgg16").prepare(["features.2"], device=CPU)
    by_hand = 2 * 10 * 12 * 9 * (3 * 64 + 64 * 64)
    assert eye.operations(10, 12) == 2 * by_hand


@pytest.mark.parametrize("name", ["inception_v1", "daydream", "resnet50"])
def test_minimum_side_is_the_smallest_that_works(name: str, clouds: Pictures) -> None:
    network = random_network(name)
    eye = network.prepare([network.info.levels["parts"][0]], device=CPU)
    side = eye.minimum_side
    assert eye(clouds(side, side))
    if side > 1:
        with pytest.raises(RuntimeError):
            eye(clouds(side - 1, side - 1))


def test_memory_of_a_step_is_told_beforehand(clouds: Pictures) -> None:
    eye = random_network("squeezenet1_1").prepare(["features.10"], device=CPU)
    picture = clouds(240, 320).requires_grad_()
    right = torch.ones(1, 384, 14, 19)
    taken = peak_bytes(lambda: torch.autograd.grad(eye(picture)["features.10"], picture, right))
    assert eye.activation_bytes(240, 320) == pytest.approx(taken, rel=0.25)


@pytest.mark.parametrize("name", ["inception_v1", "googlenet", "daydream"])
def test_bfloat16_points_the_same_way(name: str, clouds: Pictures) -> None:
    network = random_network(name)
    layer = network.info.levels["parts"][0]
    picture = clouds(96, 96).requires_grad_()
    exact_eye = network.prepare([layer], device=CPU)
    eye = network.prepare([layer], device=CPU, precision="bf16")
    values = eye(picture)[layer]
    assert values.dtype is torch.bfloat16
    slope = gradient(values.float(), picture)
    assert slope.dtype is torch.float32
    right = gradient(exact_eye(picture)[layer], picture)
    assert torch.cosine_similarity(slope.flatten(), right.flatten(), 0) > 0.95


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [("inception_v1", "conv1/7x7_s2", "conv2/3x3"), ("daydream", "conv1.conv", "conv2.conv")],
)
def test_the_first_convolution_of_bfloat16_is_not_rounded(name: str, first: str, second: str) -> None:
    eye = random_network(name).prepare([second], device=CPU, precision="bf16")
    kept = {name: value.dtype for name, value in eye.network.named_buffers() if name.endswith("weight")}
    kept |= {name: value.dtype for name, value in eye.network.named_parameters() if name.endswith("weight")}
    assert kept[f"{first}.weight"] is torch.float32
    assert kept[f"{second}.weight"] is torch.bfloat16


def test_equal_arguments_give_the_same_eye_and_few_are_kept() -> None:
    network = random_network("squeezenet1_1")
    eye = network.prepare(["features.3"], device=CPU)
    assert network.prepare(["features.3"], device=CPU) is eye
    for number in (4, 6, 7, 9, 10):
        network.prepare([f"features.{number}"], device=CPU)
    assert network.prepare(["features.3"], device=CPU) is not eye


def test_what_cannot_be_prepared_says_so() -> None:
    network = random_network("squeezenet1_1")
    with pytest.raises(UnknownLayer, match=r"features\.30.*Did you mean"):
        network.prepare(["features.30"], device=CPU)
    with pytest.raises(BadValue, match="precision"):
        network.prepare(["features.3"], device=CPU, precision="fp8")


def test_random_weights_are_the_same_for_the_same_seed() -> None:
    first, again, other = (networks.random_weights("squeezenet1_1", seed=seed) for seed in (3, 3, 4))
    key = "features.0.weight"
    assert torch.equal(first.module.state_dict()[key], again.module.state_dict()[key])
    assert not torch.equal(first.module.state_dict()[key], other.module.state_dict()[key])


def test_modules_are_in_evaluation_mode() -> None:
    assert not any(module.training for module in random_network("googlenet").module.modules())
    assert isinstance(random_network("squeezenet1_1").module, nn.Module)
