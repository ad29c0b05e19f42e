"""An LSTM whose hidden state is projected (proj_size of PyTorch) is computed as PyTorch does."""

import io
import itertools
import runpy
from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from gru_core import Intervention, LSTMWeights, run
from gru_core.analysis import contributions
from gru_core.changes.targets import Target
from gru_core.conventions import STATES, TOLERANCE
from gru_core.engines import torch_engine
from gru_core.errors import FormatError
from gru_core.export.cell_run import CellRun
from gru_core.export.kinds import write
from gru_core.formats import npz, read
from gru_core.formats.answers import answered
from gru_core.formats.checking import check
from gru_core.formats.model import ModelFile
from gru_core.formats.pytorch.check import check_against_torch
from gru_core.formats.running import initials_of, run_ready
from gru_core.formats.state_dict import names
from gru_core.formats.tracing import trace_arrays
from gru_core.formats.whole.loose import Chosen
from gru_core.formats.whole.tracing import Given, model_of, traced
from gru_core.run import run_layers
from gru_core.sweep import sweep
from tests.formats.torch_files import filled, saved

INPUTS, UNITS, NUMBERS, STEPS = 3, 5, 2, 60
# What PyTorch says when it runs such a layer on its own.
pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")
WRITERS = {"model.pt": saved, "model.safetensors": safetensors.torch.save}


def layer(layers=1, both=False, bias=True, dtype=torch.float64, numbers=NUMBERS):
    options = {"num_layers": layers, "bidirectional": both, "bias": bias, "dtype": dtype}
    made = filled(torch.nn.LSTM(INPUTS, UNITS, proj_size=numbers, **options))
    with torch.no_grad():  # of numbers of 0.1 little would be left in a third layer
        for parameter in made.parameters():
            parameter.mul_(3)
    return made


def sequence(dtype="float64", *, batch=()):
    shape = (STEPS, *batch, INPUTS)
    return np.random.default_rng(1).normal(scale=2, size=shape).astype(dtype)


def name_of(dtype):
    return str(dtype).removeprefix("torch.")


def output(module, x, states=None):
    with torch.inference_mode():
        return module(torch.as_tensor(x), states)[0].numpy()


def ready_of(module, name="model.pt"):
    [entry] = read(WRITERS[name](module.state_dict()), name).entries
    return answered(entry, {})


@pytest.fixture(name="weights")
def weights_fixture():
    return ready_of(layer()).first


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize(
    ("layers", "both", "bias"), list(itertools.product([1, 2, 3], [False, True], [True, False]))
)
def test_every_output_and_last_state_is_that_of_torch(layers, both, bias, dtype, engine) -> None:
    module = layer(layers, both, bias, dtype)
    ready, ways, x = ready_of(module), 1 + both, sequence(name_of(dtype))
    rng = np.random.default_rng(2)
    hidden, cell = (
        torch.tensor(rng.normal(size=(layers * ways, size)), dtype=dtype)
        for size in (NUMBERS, UNITS)
    )
    with torch.inference_mode():
        expected, lasts = module(torch.as_tensor(x), (hidden, cell))
    flat = list(zip(hidden.numpy(), cell.numpy(), strict=True))
    starts = list(zip(flat[::2], flat[1::2], strict=True)) if both else flat
    made = run_layers(ready.layers, x, starts, engine=engine)
    tolerance = TOLERANCE[x.dtype]
    np.testing.assert_allclose(made.output, expected, rtol=0, atol=tolerance)
    assert made.output.shape == (STEPS, NUMBERS * ways)
    for name, last in zip(STATES["lstm"], lasts, strict=True):
        ends = [
            trace[name][0 if trace.backward else -1]
            for one in made.layers
            for trace in (one.forward, one.backward)
            if trace is not None
        ]
        np.testing.assert_allclose(np.stack(ends), last, rtol=0, atol=tolerance)
    assert np.abs(expected.numpy()).max() > 1000 * tolerance


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("both", [False, True], ids=["forward", "both ways"])
def test_a_file_of_pytorch_runs_as_its_own_layer_runs_it(name, dtype, both) -> None:
    data = WRITERS[name](layer(2, both, dtype=dtype).state_dict())
    file = read(data, name)
    [entry] = file.entries
    assert (entry.cell, len(entry.layers), entry.biases) == ("lstm", 2, 2)
    assert entry.notes == file.notes == ()
    shapes = [(d.w_x.shape, d.w_h.shape, d.w_p.shape) for one in entry.layers for d in one]
    below = NUMBERS * (1 + both)
    for at, shape in enumerate(shapes):
        inputs = INPUTS if at < len(shapes) // 2 else below
        assert shape == ((4, UNITS, inputs), (4, UNITS, NUMBERS), (NUMBERS, UNITS))
    x = sequence("float64" if dtype == torch.float64 else "float32")
    theirs = check(data, name, entry.name, x, {})
    ours = run_ready(answered(entry, {}), x).output
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCE[theirs.dtype])
    assert theirs.dtype == x.dtype


def test_the_check_starts_where_it_is_told_to() -> None:
    module = layer(2, both=True)
    rng = np.random.default_rng(2)
    states = rng.normal(size=(4, NUMBERS)), rng.normal(size=(4, UNITS))
    data, x = saved(module.state_dict()), sequence()
    theirs = check_against_torch(data, "a.pt", "(top)", x, states)
    np.testing.assert_array_equal(theirs, output(module, x, tuple(map(torch.tensor, states))))
    given = dict(zip(STATES["lstm"], states, strict=True))
    ready = ready_of(module)
    ours = run_ready(ready, x, initials_of(ready, given)).output
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("way", ["whole", "script"])
def test_a_whole_model_and_torchscript_are_ways_in(way) -> None:
    module = layer(2, both=True)
    memory = io.BytesIO()
    torch.save(module, memory) if way == "whole" else torch.jit.save(
        torch.jit.script(module), memory
    )
    [entry] = read(memory.getvalue(), "a.pt").entries
    x = sequence()
    ours = run_ready(answered(entry, {}), x).output
    np.testing.assert_allclose(ours, output(module, x), rtol=0, atol=1e-12)


def test_weights_that_are_computed_before_each_run_are_computed() -> None:
    module = layer()
    torch.nn.utils.parametrizations.weight_norm(module, "weight_hr_l0")
    with torch.no_grad():
        module.parametrizations["weight_hr_l0"].original0.mul_(1.5)
    data, x = saved({k: v.clone() for k, v in module.state_dict().items()}), sequence()
    [entry] = read(data, "a.pt").entries
    assert "'weight_hr_l0'" in entry.notes[0]
    ours = run_ready(answered(entry, {}), x).output
    np.testing.assert_allclose(ours, output(module, x), rtol=0, atol=1e-12)
    np.testing.assert_allclose(check(data, "a.pt", "(top)", x, {}), ours, rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("both", [False, True], ids=["forward", "both ways"])
def test_a_batch_has_what_each_sequence_has_by_itself(both, dtype) -> None:
    module = layer(2, both, dtype=dtype)
    ready, x = ready_of(module), sequence(name_of(dtype), batch=(9,))
    arrays = trace_arrays(ready, x)
    tolerance = TOLERANCE[x.dtype]
    np.testing.assert_allclose(arrays["output"], output(module, x), rtol=0, atol=tolerance)
    assert arrays["layer1.forward.hidden"].shape == (STEPS, 9, NUMBERS)
    assert arrays["layer1.forward.cell"].shape == (STEPS, 9, UNITS)
    assert arrays["layer0.forward.h0"].shape == (9, NUMBERS)
    alone = trace_arrays(ready, x[:, 4])
    for name, array in alone.items():
        np.testing.assert_allclose(arrays[name].take(4, axis=-2), array, rtol=0, atol=tolerance)


def test_steps_of_padding_leave_both_states_as_they_are() -> None:
    module, x = layer(), sequence()
    mask = np.arange(STEPS) % 3 > 0
    arrays = trace_arrays(ready_of(module), x, mask=mask)
    np.testing.assert_allclose(arrays["output"][mask], output(module, x[mask]), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(arrays["layer0.forward.hidden"][3], arrays["output"][2])
    assert np.isnan(arrays["layer0.forward.forget"][3]).all()


def test_the_numbers_of_a_layer_reach_its_embedding_and_its_head() -> None:
    model = torch.nn.ModuleDict(
        {
            "embedding": torch.nn.Embedding(7, INPUTS),
            "lstm": layer(dtype=torch.float32),
            "head": torch.nn.Linear(NUMBERS, 4),
        }
    )
    file = read(saved(model.state_dict()), "a.pt")
    [entry] = file.entries
    whole = model_of(file, entry, Chosen("embedding", "head", "steps"))
    tokens = np.array([[3], [0], [6], [1]])
    arrays, _ = traced(file, entry, whole, {}, Given(tokens, True, None, {}, None))
    with torch.inference_mode():
        hidden = model["lstm"](model["embedding"](torch.tensor(tokens)))[0]
        expected = model["head"](hidden).numpy()
    np.testing.assert_allclose(arrays["prediction"], expected, rtol=0, atol=1e-5)


def test_any_two_gates_and_a_turned_projection_would_be_noticed(weights) -> None:
    theirs = output(layer(), sequence())
    for first, second in itertools.combinations(range(4), 2):
        order = [{first: second, second: first}.get(gate, gate) for gate in range(4)]
        parts = {part: getattr(weights, part)[order] for part in ("w_x", "w_h", "b_x", "b_h")}
        wrong = replace(weights, **parts)
        assert np.abs(run(wrong, sequence())["hidden"] - theirs).max() > 1e-4
    for turned in (weights.w_p[::-1], weights.w_p[:, ::-1]):
        wrong = replace(weights, w_p=turned)
        assert np.abs(run(wrong, sequence())["hidden"] - theirs).max() > 1e-4


@pytest.mark.parametrize("ends", [("sigmoid", "tanh"), ("hard_sigmoid", "softsign")])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_loops_are_the_step_on_every_track_also_where_it_is_held(weights, dtype, ends) -> None:
    gate, state = ends
    own = replace(weights.astype(dtype), gate_activation=gate, state_activation=state)
    held = (
        Intervention("lstm", "hidden", 0.7, unit=1, first=4, last=9),
        Intervention("lstm", "cell", -1.5, unit=4, first=6),
        Intervention("lstm", "output", 0.25, unit=3, first=2, last=30),
    )
    start = np.array([0.3, -0.2]), np.linspace(-1, 1, UNITS)
    ours, steps = (
        run(own, sequence(dtype), start, engine=engine, interventions=held)
        for engine in ("numpy", "torch")
    )
    for name, track in ours.items():
        np.testing.assert_allclose(track, steps[name], rtol=0, atol=TOLERANCE[track.dtype])
    assert (ours["hidden"][4:10, 1] == np.float32(0.7).astype(dtype)).all() or dtype == "float64"
    assert ours.held("hidden").shape == (STEPS, NUMBERS)


def test_gradients_are_those_of_torch_for_every_weight(weights) -> None:
    module, x = layer(), torch.tensor(sequence())
    module(x)[0].square().sum().backward()
    ours = torch_engine.to_tensors(weights, requires_grad=True)
    states = torch.zeros(NUMBERS, dtype=torch.float64), torch.zeros(UNITS, dtype=torch.float64)
    torch_engine.run_tensors(ours, x, states)["hidden"].square().sum().backward()
    for part in weights.arrays:
        expected = getattr(module, f"{names.NAMES[part]}_l0").grad
        found = getattr(ours, part).grad.reshape(expected.shape)
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    "target",
    ["x.3.1", "lstm.h0.1", "lstm.c0.4", "lstm.w_h.forget.2.1", "lstm.b_h.output.4", "lstm.w_p.1.3"],
)
@pytest.mark.parametrize("ends", [("sigmoid", "tanh"), ("hard_sigmoid", "softsign")])
def test_a_sweep_is_a_run_for_each_value(weights, target, ends) -> None:
    weights = replace(weights, gate_activation=ends[0], state_activation=ends[1])
    points, x = np.array([-0.5, 0.0, 1.25]), sequence()
    one = Target.parse(target)
    start = np.full(NUMBERS, 0.1), np.full(UNITS, 0.2)
    swept = sweep(weights, x, one, points, start)
    for at, point in enumerate(points):
        own, inputs, states = weights, x.copy(), [state.copy() for state in start]
        if one.part == "x":
            inputs[one.index] = point
        elif one.part in ("h0", "c0"):
            states[one.part == "c0"][one.index] = point
        else:
            own = weights.with_value(one.part, one.index, point)
        expected = run(own, inputs, tuple(states))
        for name, track in expected.items():
            np.testing.assert_allclose(swept[name][at], track, rtol=0, atol=1e-12)


def test_our_own_file_of_weights_keeps_the_projection() -> None:
    file = read(saved(layer(2, both=True).state_dict()), "a.pt")
    again = npz.read(npz.write(file), "a.npz")
    x = sequence()
    made = [run_ready(answered(one.entries[0], {}), x).output for one in (file, again)]
    np.testing.assert_array_equal(*made)
    assert isinstance(again, ModelFile)


def test_what_is_written_for_pytorch_is_what_was_read() -> None:
    module = layer(2, both=True)
    made = names.state_dict(ready_of(module).layers)
    expected = module.state_dict()
    assert list(made) == list(expected)
    for name, tensor in expected.items():
        np.testing.assert_array_equal(made[name], tensor.numpy())


@pytest.mark.parametrize("units", [UNITS, 40], ids=["written out", "with files beside it"])
def test_an_exported_script_comes_to_the_same_trace_and_finds_torch_agreeing(
    units, tmp_path, capsys
) -> None:
    module = filled(torch.nn.LSTM(INPUTS, units, proj_size=NUMBERS, dtype=torch.float64))
    own, x = ready_of(module).first, sequence()
    trace = run(own, x, (np.array([0.3, -0.2]), np.linspace(-1, 1, units)))
    labels = tuple(str(step) for step in range(1, STEPS + 1))
    made = CellRun("cell", "a", "A", own, trace, labels, ("a", "b", "c"))
    for ending in (".py", ".safetensors", ".npz", ".weights.npz", ".csv", ".html"):
        with (tmp_path / f"cell{ending}").open("wb") as file:
            write(file, made, ending)
    found = runpy.run_path(str(tmp_path / "cell.py"))
    for name, track in trace.items():
        np.testing.assert_allclose(found["trace"][name], track, rtol=0, atol=1e-12)
    assert "Largest difference to torch.nn.LSTM" in capsys.readouterr().out
    assert "120 of 120 numbers are the same" in (tmp_path / "cell.html").read_text()
    [entry] = read((tmp_path / "cell.weights.npz").read_bytes(), "cell.weights.npz").entries
    again = run_ready(answered(entry, {}), x)
    np.testing.assert_allclose(again.output, trace["hidden"], rtol=0, atol=1e-15)
    header = (tmp_path / "cell.csv").read_text().splitlines()[0].split(",")
    assert header[-NUMBERS:] == ["hidden 1", "hidden 2"]
    with pytest.raises(FormatError, match="ONNX has no place for a projection"):
        write(io.BytesIO(), made, ".onnx")


def test_the_terms_of_a_number_of_the_hidden_state_are_what_each_unit_lets_out(weights) -> None:
    trace = run(weights, sequence())
    found = contributions(weights, trace, "hidden", 1, 7)
    let_out = trace["output"][7] * np.tanh(trace["cell"][7])
    np.testing.assert_allclose(found.terms.product, weights.w_p[1] * let_out, rtol=0, atol=1e-15)
    assert abs(found.value - found.free) < 1e-14
    gate = contributions(weights, trace, "forget", 4, 7)
    assert len(gate.terms) == INPUTS + NUMBERS + 2
    assert abs(gate.value - gate.free) < 1e-14


def test_parameters_are_counted_as_pytorch_has_them(weights) -> None:
    assert weights.parameter_count() == sum(one.numel() for one in layer().parameters())
    assert isinstance(weights, LSTMWeights)
