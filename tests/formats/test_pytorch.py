"""Files of torch.save become layers with the numbers that torch.load finds in them."""

import collections
import zipfile

import numpy as np
import pytest
import torch

from gru_core.errors import FormatError
from gru_core.formats.pytorch import file as pytorch
from gru_core.formats.state_dict.names import PARTS
from tests.formats.torch_files import CELLS, LAYERS, filled, legacy, rewritten, saved

GRU = filled(torch.nn.GRU(3, 4))
MODEL = filled(
    torch.nn.ModuleDict(
        {
            "embed": torch.nn.Embedding(5, 3),
            "encoder": torch.nn.LSTM(3, 4, 2, bidirectional=True),
            "decoder": torch.nn.GRUCell(3, 4),
        }
    )
)


def read(content, name="model.pt", **options):
    return pytorch.read(saved(content, **options), name)


def names(file):
    return [entry.name for entry in file.entries]


def check(entry, module, suffix="_l0") -> None:
    """Raise unless the lowest layer has the numbers of a module."""
    direction = entry.layers[0][0]
    for part, name in PARTS.items():
        expected = getattr(module, name + suffix).detach().float()
        ours = getattr(direction, part)
        np.testing.assert_array_equal(ours.reshape(expected.shape), expected)
        assert not ours.flags.writeable


@pytest.mark.parametrize("write", [saved, legacy], ids=["zip", "before 1.6"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_every_precision_is_read_from_both_kinds_of_file(write, dtype) -> None:
    module = filled(torch.nn.GRU(3, 4)).to(dtype)
    file = pytorch.read(write(module.state_dict()), "model.pt")
    [entry] = file.entries
    assert (file.format, entry.name) == ("PyTorch state dict", "(top)")
    assert entry.stored == str(dtype).removeprefix("torch.")
    wide = dtype == torch.float64
    assert entry.layers[0][0].w_x.dtype == (np.float64 if wide else np.float32)
    check(entry, module.double() if wide else module)


def test_every_recurrent_layer_of_a_model_is_an_entry() -> None:
    file = read(MODEL.state_dict())
    assert [(e.name, e.cell, len(e.layers), len(e.layers[0])) for e in file.entries] == [
        ("encoder", "lstm", 2, 2),
        ("decoder", "gru", 1, 1),
    ]
    check(file.entries[1], MODEL["decoder"], "")


def test_what_wraps_a_model_is_no_part_of_a_name() -> None:
    state = torch.nn.DataParallel(MODEL).state_dict()
    assert "module.encoder.weight_ih_l0" in state
    assert names(read(state)) == ["encoder", "decoder"]
    # As of torch.compile, which takes seconds.
    compiled = {f"_orig_mod.{name}": value for name, value in state.items()}
    assert names(read(compiled)) == ["encoder", "decoder"]


def test_a_checkpoint_is_read_without_its_optimizer() -> None:
    optimizer = torch.optim.Adam(MODEL.parameters())
    loss = MODEL["encoder"](torch.ones(2, 3))[0].sum() + MODEL["decoder"](torch.ones(3)).sum()
    loss.backward()
    optimizer.step()
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [1, 2])
    file = read(
        {
            "epoch": 3,
            "loss": [0.5, 0.25],
            "model": MODEL.state_dict(),
            "adam": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "chance": torch.get_rng_state(),
            "device": torch.device("cuda", 1),
            "words": {"a", "b"},
            "raw": b"abc",
            "size": torch.Size([1, 2]),
            "shown": torch.zeros(2, dtype=torch.uint16),
            "counts": collections.Counter("aab"),
            "number": 1j,
        }
    )
    assert names(file) == ["encoder", "decoder"]
    assert file.notes == ("The state of an optimizer is left out: 'adam'.",)


@pytest.mark.parametrize("key", ["optimizer", "optimizer_state_dict", "momentum", "exp_avg_sq"])
def test_what_an_optimizer_remembers_of_weights_is_not_taken_for_them(key) -> None:
    file = read({"net": GRU.state_dict(), key: {"gru.weight_hh_l0": torch.ones(12, 4)}})
    assert names(file) == ["net"]
    with pytest.raises(FormatError, match="no recurrent layer"):
        read({key: GRU.state_dict()})


def test_two_models_in_a_file_keep_their_keys() -> None:
    both = {"generator": MODEL.state_dict(), "critic": GRU.state_dict()}
    expected = ["generator.encoder", "generator.decoder", "critic"]
    assert names(read(both)) == expected
    assert names(read({"states": both, "epoch": 3})) == expected
    assert names(read([MODEL.state_dict(), {"gru": GRU.state_dict()}])) == [
        *("0.encoder", "0.decoder", "1.gru")
    ]


def test_an_average_of_a_model_is_a_model_of_its_own() -> None:
    average = torch.optim.swa_utils.AveragedModel(MODEL)
    file = read({"model": MODEL.state_dict(), "ema": average.state_dict()})
    assert names(file) == ["model.encoder", "model.decoder", "ema.encoder", "ema.decoder"]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"state_dict": {"gru." + key: value for key, value in GRU.state_dict().items()}}, "gru"),
        ({"state_dict": GRU.state_dict()}, "state_dict"),
        ({"a": {"b": [GRU.state_dict()]}}, "0"),
        ({1: GRU.state_dict()}, "1"),
        (dict(GRU.named_parameters()), "(top)"),
    ],
)
def test_keys_around_a_single_layer_are_left_out(content, name) -> None:
    [entry] = read(content).entries
    assert entry.name == name
    check(entry, GRU)


def test_two_tensors_of_one_name_are_refused() -> None:
    nested = {"a": {"gru": GRU.state_dict()}, "a.gru": GRU.state_dict()}
    with pytest.raises(FormatError, match=r"two tensors called 'a\.gru\.weight_ih_l0'"):
        read(nested)


def test_views_of_one_storage_are_laid_out() -> None:
    """As of a layer whose weights lie in one piece, or are transposed."""
    flat = torch.randn(200)
    state = {
        "weight_ih_l0": flat[:36].view(3, 12).T,
        "weight_hh_l0": flat[7:103:2].view(12, 4),
        "bias_ih_l0": flat[3:4].expand(12),
        "bias_hh_l0": flat[188:],
    }
    [entry] = read(state).entries
    [direction] = entry.layers[0]
    np.testing.assert_array_equal(direction.w_x.reshape(12, 3), state["weight_ih_l0"])
    np.testing.assert_array_equal(direction.w_h.reshape(12, 4), state["weight_hh_l0"])
    np.testing.assert_array_equal(direction.b_x.reshape(12), state["bias_ih_l0"])


def test_a_file_of_a_big_endian_computer_is_read() -> None:
    def swap(members) -> None:
        members["byteorder"] = b"big"
        for key in [name for name in members if name.startswith("data/")]:
            members[key] = np.frombuffer(members[key], "<f4").astype(">f4").tobytes()

    [entry] = pytorch.read(rewritten(saved(GRU.state_dict()), swap), "model.pt").entries
    check(entry, GRU)


def test_a_packed_archive_is_read() -> None:
    data = rewritten(saved(GRU.state_dict()), lambda members: None, zipfile.ZIP_DEFLATED)
    check(pytorch.read(data, "model.pt").entries[0], GRU)


@pytest.mark.parametrize("cell", LAYERS)
def test_layers_and_cells_of_every_kind_are_read(cell) -> None:
    layer, single = filled(LAYERS[cell](3, 4)), filled(CELLS[cell](3, 4))
    check(read(layer.state_dict()).entries[0], layer)
    check(read(single.state_dict()).entries[0], single, "")


def test_only_the_safe_loader_is_used(monkeypatch) -> None:
    load, options = torch.load, []
    monkeypatch.setattr(
        torch, "load", lambda file, **given: options.append(given) or load(file, **given)
    )
    read(GRU.state_dict())
    assert options == [{"map_location": "cpu", "weights_only": True}]


def test_numbers_that_torch_reads_otherwise_are_refused(monkeypatch) -> None:
    other = filled(torch.nn.GRU(3, 4), seed=1).state_dict()
    monkeypatch.setattr(torch, "load", lambda *_, **__: other)
    with pytest.raises(FormatError, match="PyTorch reads other numbers in weight_ih_l0"):
        read(GRU.state_dict())


def test_what_torch_does_not_load_is_refused(monkeypatch) -> None:
    def fail(*_, **__):
        raise RuntimeError("reason\nand much more")

    monkeypatch.setattr(torch, "load", fail)
    with pytest.raises(FormatError) as raised:
        read(GRU.state_dict())
    assert str(raised.value) == (
        "PyTorch does not load the file (RuntimeError: 'reason'): save model.state_dict() again."
    )
