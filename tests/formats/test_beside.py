"""Parameters beside a PyTorch layer that may be its first state: noted, since nothing says so."""

import io

import pytest
import torch

from gru_core.formats import read

GIVES = "named and shaped as a learned first state"


class Model(torch.nn.Module):
    """A layer below its model, with a parameter beside it."""

    def __init__(self, name: str, shape: tuple[int, ...], **options) -> None:
        super().__init__()
        self.rnn = torch.nn.GRU(3, 7, **options)
        setattr(self, name, torch.nn.Parameter(torch.randn(shape)))


def notes(module: torch.nn.Module) -> list[str]:
    made = io.BytesIO()
    torch.save(module.state_dict(), made)
    return [n for n in read(made.getvalue(), "a.pt").entries[0].notes if GIVES in n]


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("h0", (1, 1, 7)),
        ("h_0", (7,)),
        ("hx", (1, 7)),
        ("init_hidden", (1, 7)),
        ("initial_state", (1, 1, 7)),
        ("hidden_init", (7,)),
        ("learned_h0", (1, 1, 7)),
    ],
)
def test_a_learned_first_state_is_noted_by_name(name, shape) -> None:
    (note,) = notes(Model(name, shape))
    assert f"'{name}' {shape}" in note
    assert note.endswith("Here a run starts from zeros, or from the state you give.")
    around = torch.nn.ModuleDict({"net": Model(name, shape)})
    assert f"'net.{name}'" in notes(around)[0]


def test_one_row_for_each_layer_and_direction_is_noted() -> None:
    options = {"num_layers": 2, "bidirectional": True}
    assert notes(Model("h0", (4, 1, 7), **options))
    assert notes(Model("h0", (3, 1, 7), **options)) == []


@pytest.mark.parametrize(
    ("name", "shape"), [("scale", (1, 1, 7)), ("h0", (1, 1, 6)), ("head_bias", (7,))]
)
def test_what_is_named_or_shaped_otherwise_is_not(name, shape) -> None:
    assert notes(Model(name, shape)) == []
