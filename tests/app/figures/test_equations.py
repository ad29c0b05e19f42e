"""The equations, filled in with the numbers of the core, are true: every line equals the next."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.figures.equations import Writer
from app.figures.nodes import Nodes
from app.lenses.wiring import notes, number
from app.messages.cell_numbers import MOST_FACTORS
from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core import run
from gru_core.analysis.inside import Numbers, inside
from gru_core.conventions import BIAS_COUNTS, PLACEMENTS, POLARITIES, Cell, Notation
from tests.core.analysis.test_inside import made

NOTATIONS = [
    Notation("any", placement, polarity, biases)
    for placement in PLACEMENTS
    for polarity in POLARITIES
    for biases in BIAS_COUNTS
]
CELLS: tuple[Cell, ...] = ("gru", "lstm", "rnn")
LETTERS = {
    "σ": lambda a: 1 / (1 + math.exp(-a)),
    "hard σ": lambda a: min(max(0.2 * a + 0.5, 0), 1),
    "tanh": math.tanh,
    "relu": lambda a: max(a, 0),
}


def worth(nodes: Nodes, given: dict[str, Any]) -> float:
    """A row of nodes worked out by the rules of arithmetic, with nothing but the given numbers."""
    terms: list[float] = []
    operator = "+"
    for node in nodes:
        if "o" in node:
            operator = node["o"]
            assert operator in "+·"
            continue
        value = one(node, given)
        if operator == "·":
            terms[-1] *= value
        else:
            terms.append(value)
    return math.fsum(terms)


def one(node: dict[str, Any], given: dict[str, Any]) -> float:
    if "f" in node:
        return float(LETTERS[node["f"]](worth(node["a"], given)))
    if "p" in node:
        return worth(node["p"], given)
    if "d" in node:
        products = float(np.dot(given[node["w"]], given[node["x"]]))
        assert products == pytest.approx(given[node["d"]], abs=1e-13)
        return products
    return float(given[node["n"]])


def sides(nodes: Nodes) -> list[Nodes]:
    """What stands between the equals signs."""
    found: list[Nodes] = [[]]
    for node in nodes:
        if node.get("o") == "=":
            found.append([])
        else:
            found[-1].append(node)
    return found


def opened(cell: Cell, notation: Notation, **ends: str) -> tuple[Numbers, Any]:
    weights, x, initial = made(cell, notation.placement == "after")
    weights = replace(weights, **ends)  # type: ignore[arg-type]
    trace = run(weights, x, initial if len(initial) > 1 else initial[0])
    found = inside(weights, trace, 1, notation.polarity)
    assert all(array.ndim == 1 or array.shape[1] <= MOST_FACTORS for array in found.values())
    return found, trace


@pytest.mark.parametrize("joined", [False, True])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "notation", NOTATIONS, ids=lambda n: f"{n.placement}-{n.polarity}-{n.biases}"
)
def test_every_line_with_numbers_comes_to_the_same(
    cell: Cell, notation: Notation, joined: bool
) -> None:
    numbers, trace = opened(cell, notation)
    for step in range(trace.steps):
        given = {name: array[step] for name, array in numbers.items()}
        for substep in Writer(cell, notation, joined).substeps():
            *_, last = substep.lines
            for line in substep.lines:
                found = [worth(side, given) for nodes in line.numbers for side in sides(nodes)]
                assert len(found) >= 2
                assert found == pytest.approx([found[-1]] * len(found), abs=1e-12)
                if line is last:
                    assert found[-1] == given[substep.quantity]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "notation", NOTATIONS, ids=lambda n: f"{n.placement}-{n.polarity}-{n.biases}"
)
def test_the_equations_of_other_activations_come_to_the_same(
    cell: Cell, notation: Notation
) -> None:
    gates = {} if cell == "rnn" else {"gate_activation": "hard_sigmoid"}
    numbers, trace = opened(cell, notation, **gates, state_activation="relu")
    written = Writer(cell, notation, gate_end="hard σ", state_end="relu").substeps()
    for step in range(trace.steps):
        given = {name: array[step] for name, array in numbers.items()}
        for substep in written:
            for line in substep.lines:
                found = [worth(side, given) for nodes in line.numbers for side in sides(nodes)]
                assert found == pytest.approx([found[-1]] * len(found), abs=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_the_results_are_the_tracks_in_the_order_in_which_they_are_computed(cell: Cell) -> None:
    notation = NOTATIONS[0]
    names = [substep.quantity for substep in Writer(cell, notation).substeps()]
    assert (
        names
        == {
            "gru": ["reset", "update", "candidate", "hidden"],
            "lstm": ["forget", "input", "candidate", "cell", "output", "hidden"],
            "rnn": ["hidden"],
        }[cell]
    )


def text(nodes: Nodes) -> str:
    """The letters of a row, as one would type them."""
    found = []
    for node in nodes:
        if "v" in node:
            found.append(f"{node['v']}_{node['s']}" if node["s"] else node["v"])
        elif "f" in node:
            found.append(f"{node['f']}({text(node['a'])})")
        elif "p" in node:
            found.append(f"[{text(node['p'])}]" if node["k"] == "[" else f"({text(node['p'])})")
        else:
            found.append(node.get("o") or node["c"])
    return " ".join(found)


def letters(cell: Cell, *choices: Any, joined: bool = False, inner_bias: bool = True) -> list[str]:
    writer = Writer(cell, Notation("any", *choices), joined, inner_bias)
    return [
        f"{text(line.left)} = {text(line.symbols)}" if line.left else text(line.symbols)
        for substep in writer.substeps()
        for line in substep.lines
    ]


def test_pytorch_s_equations_are_those_of_its_documentation() -> None:
    assert letters("gru", "after", "keep", 2) == [
        "r_t = σ(W_r x_t + b_r + U_r h_t−1 + d_r)",
        "z_t = σ(W_z x_t + b_z + U_z h_t−1 + d_z)",
        "r_t ⊙ (U_n h_t−1 + d_n)",
        "n_t = tanh(W_n x_t + b_n + r_t ⊙ (U_n h_t−1 + d_n))",
        "h_t = z_t ⊙ h_t−1 + (1 − z_t) ⊙ n_t",
    ]


def test_chung_et_al_write_the_candidate_with_z_and_reset_before_the_product() -> None:
    assert letters("gru", "before", "write", 1) == [
        "r_t = σ(W_r x_t + U_r h_t−1 + b_r)",
        "z_t = σ(W_z x_t + U_z h_t−1 + b_z)",
        "r_t ⊙ h_t−1",
        "h̃_t = tanh(W_h̃ x_t + U_h̃ (r_t ⊙ h_t−1) + b_h̃)",
        "h_t = z_t ⊙ h̃_t + (1 − z_t) ⊙ h_t−1",
    ]


def test_the_joined_form_stacks_h_and_x_as_textbooks_do() -> None:
    assert letters("gru", "before", "keep", 1, joined=True) == [
        "r_t = σ(W_r [h_t−1 , x_t] + b_r)",
        "z_t = σ(W_z [h_t−1 , x_t] + b_z)",
        "r_t ⊙ h_t−1",
        "h̃_t = tanh(W_h̃ [r_t ⊙ h_t−1 , x_t] + b_h̃)",
        "h_t = z_t ⊙ h_t−1 + (1 − z_t) ⊙ h̃_t",
    ]


def test_a_candidate_whose_reset_gate_acts_after_the_product_cannot_be_joined() -> None:
    joined = letters("gru", "after", "keep", 2, joined=True)
    assert joined[3] == letters("gru", "after", "keep", 2)[3]


def test_one_bias_leaves_out_the_inner_one_only_where_it_is_zero() -> None:
    with_it = letters("gru", "after", "keep", 1)
    without = letters("gru", "after", "keep", 1, inner_bias=False)
    assert with_it[3] == "n_t = tanh(W_n x_t + b_n + r_t ⊙ (U_n h_t−1 + d_n))"
    assert without[3] == "n_t = tanh(W_n x_t + b_n + r_t ⊙ (U_n h_t−1))"


def test_the_lstm_and_the_plain_rnn_are_written_as_in_their_papers() -> None:
    assert letters("lstm", "after", "keep", 1) == [
        "f_t = σ(W_f x_t + U_f h_t−1 + b_f)",
        "i_t = σ(W_i x_t + U_i h_t−1 + b_i)",
        "g_t = tanh(W_g x_t + U_g h_t−1 + b_g)",
        "c_t = f_t ⊙ c_t−1 + i_t ⊙ g_t",
        "o_t = σ(W_o x_t + U_o h_t−1 + b_o)",
        "h_t = o_t ⊙ tanh(c_t)",
    ]
    assert letters("rnn", "after", "keep", 2) == ["h_t = tanh(W x_t + b + U h_t−1 + d)"]


# What the page says of a notation -------------------------------------------------------------


def shown_in(placement: Any, polarity: Any, biases: Any, **choices: Any) -> Any:
    return screen_of(Setting(notation=Notation("any", placement, polarity, biases), **choices))


def test_the_scenes_own_notation_needs_no_word() -> None:
    assert notes(screen_of(Setting())) == []


def test_the_write_polarity_says_that_h_is_the_same_and_it_is() -> None:
    own, write = screen_of(Setting(scene="crowd")), shown_in("after", "write", 2, scene="crowd")
    (said,) = notes(write)
    assert said.endswith("h is the same, bit for bit.")
    hidden = [one.traces["gru"]["hidden"] for one in (own, write)]
    assert hidden[0].tobytes() == hidden[1].tobytes()
    np.testing.assert_array_equal(write.tracks["gru"]["update"], 1 - own.traces["gru"]["update"])


def test_a_placement_that_changes_nothing_says_why() -> None:
    (said,) = notes(shown_in("before", "keep", 2, scene="slate"))
    assert said.endswith(
        "in this scene h stays the same, since no candidate reads another unit's state."
    )


def test_another_placement_says_by_how_much_h_changes() -> None:
    own, moved = screen_of(Setting(scene="crowd")), shown_in("before", "keep", 2, scene="crowd")
    by = np.abs(own.traces["gru"]["hidden"] - moved.traces["gru"]["hidden"]).max()
    (said,) = notes(moved)
    assert by > 0.1
    assert f"changes h by up to {number(float(by))}." in said


def test_another_engine_says_how_far_it_is_from_numpy() -> None:
    (said,) = notes(screen_of(Setting(engine="torch")))
    assert said.startswith("Computed by PyTorch. The largest difference to NumPy")
    assert screen_of(Setting(engine="torch")).to_numpy < 1e-12  # type: ignore[operator]


def test_one_bias_of_a_model_with_two_says_that_the_sum_is_shown() -> None:
    (said,) = notes(shown_in("after", "keep", 1, scene="reader"))
    assert "b is the sum of both biases" in said
    assert "Only the candidate keeps its d" in said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (0.187, "0.187"),
        (2.22e-16, "2.22\xa0·\xa010⁻¹⁶"),
        (1e-3, "0.001"),
        (123456, "1.23\xa0·\xa010⁵"),
    ],
)
def test_differences_are_said_in_three_figures(value: float, said: str) -> None:
    assert number(value) == said
