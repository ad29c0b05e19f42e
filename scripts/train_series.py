"""Train assets/models/series.npz: a GRU, an LSTM and a plain RNN that predict the next month.

    python -m scripts.train_series
    python -m scripts.train_series --seeds 5

Each network reads the temperature month by month and says the next. It is trained on stretches of
the training years, each from a state of zeros, as on screen; of all its states along the way the
one with the least error on the validation years is kept. The held-out years are not given to
`train` at all. Prints the errors on them. `--check` trains again, writes nothing, and exits with 1
unless the errors are those in the file to within TOLERANCE.

`--seeds 5` trains each of them with the seeds 1 to 5 and writes assets/series/seeds.csv: what
another start of the same training would have given. The networks are not kept.
"""

import argparse
import csv
import hashlib
import io
import sys
from pathlib import Path

import numpy as np
import torch

from gru_core import run
from gru_core.conventions import CELLS, GATES, Cell
from gru_core.scenes.series import BASELINE, SEEDS_HEADER, Months, read_months
from gru_core.weights import PARTS, WEIGHTS, match_units, parameter_count
from scripts.convert_reader import Arrays, to_bytes

ASSETS = Path(__file__).parents[1] / "assets"
DATA, TARGET = ASSETS / "series" / "elnino.csv", ASSETS / "models" / "series.npz"
SPREAD = ASSETS / "series" / "seeds.csv"

# First and last year, both included. What is shown begins the held-out years.
YEARS = {
    "train": (1950, 1989),
    "validation": (1990, 1996),
    "held_out": (1997, 2010),
    "shown": (1997, 2008),
}
UNITS = 8
SEED = 1
STEPS = 144  # as many as are shown
# Starts this many months apart: no divisor of a year, so every month of the year is a start.
APART = 5
PASSES = 1000
RATE = 0.01
LARGEST_GRADIENT = 1.0
TOLERANCE = 0.01  # °C

LAYERS = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}
NAMES = {"w_x": "weight_ih_l0", "w_h": "weight_hh_l0", "b_x": "bias_ih_l0", "b_h": "bias_hh_l0"}


class Network(torch.nn.Module):
    """A layer that reads one number a step, and a line from its state to the next number."""

    def __init__(self, cell: Cell, units: int) -> None:
        super().__init__()
        self.layer = LAYERS[cell](1, units, batch_first=True, dtype=torch.float64)
        self.out = torch.nn.Linear(units, 1, dtype=torch.float64)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """From x (series, step) to the predictions of the next, (series, step)."""
        return self.out(self.layer(x.unsqueeze(-1))[0]).squeeze(-1)

    def loss(self, values: torch.Tensor) -> torch.Tensor:
        """The mean square error of predicting each value, (series, step), but the first."""
        return torch.nn.functional.mse_loss(self(values[:, :-1]), values[:, 1:])


def units_of(cell: Cell) -> int:
    """As many as bring the layer's parameters nearest to those of the GRU."""
    return match_units(cell, 1, parameter_count("gru", 1, UNITS))


def train(cell: Cell, training: np.ndarray, validation: np.ndarray, seed: int) -> Network:
    """The network with the least error on the validation years that training comes across.

    training, validation: (month,), standardized.
    """
    torch.manual_seed(seed)
    network = Network(cell, units_of(cell))
    starts = range(0, len(training) - STEPS, APART)
    stretches = torch.tensor(np.stack([training[s : s + STEPS + 1] for s in starts]))
    unseen = torch.tensor(validation[np.newaxis])
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE)
    least, best = np.inf, network.state_dict()
    for _ in range(PASSES):
        optimizer.zero_grad()
        network.loss(stretches).backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), LARGEST_GRADIENT)
        optimizer.step()
        with torch.no_grad():
            error = network.loss(unseen).item()
        if error < least:
            least = error
            best = {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(best)
    return network


def arrays_of(cell: Cell, network: Network) -> Arrays:
    """The network's numbers in gru_core's layout; PyTorch's order of gates is gru_core's own."""
    found: Arrays = {}
    for part, name in NAMES.items():
        stacked = getattr(network.layer, name).detach().numpy()  # (gate * unit, ...)
        found[f"{cell}_{part}"] = stacked.reshape(len(GATES[cell]), -1, *stacked.shape[1:])
    found[f"{cell}_out_w"] = network.out.weight.detach().numpy()[0]
    found[f"{cell}_out_b"] = network.out.bias.detach().numpy()  # (1,)
    return found


def errors(arrays: Arrays, values: np.ndarray) -> dict[str, float]:
    """Root mean square errors in °C of each cell, run from zeros, and of the baseline.

    values: (month,), standardized; each but the first is predicted from those before it.
    """
    said = {BASELINE: values[:-1]}
    for cell in CELLS:
        weights = WEIGHTS[cell](*(arrays[f"{cell}_{part}"] for part in PARTS))
        hidden = run(weights, values[:-1, np.newaxis])["hidden"]
        said[cell] = hidden @ arrays[f"{cell}_out_w"] + arrays[f"{cell}_out_b"]
    rmse = {name: np.sqrt(np.mean((says - values[1:]) ** 2)) for name, says in said.items()}
    return {name: float(error * arrays["std"][0]) for name, error in rmse.items()}


def build(months: Months, seed: int = SEED) -> Arrays:
    """Everything in the file: years, scale, three trained networks and their errors."""
    training = months.between(YEARS["train"])
    mean, std = training.mean(), training.std()
    arrays: Arrays = {name: np.array([v]) for name, v in [("mean", mean), ("std", std)]}
    arrays["seed"] = np.array([seed])
    arrays |= {f"{span}_years": np.array(years) for span, years in YEARS.items()}
    validation = (months.between(YEARS["validation"]) - mean) / std
    for cell in CELLS:
        arrays |= arrays_of(cell, train(cell, (training - mean) / std, validation, seed))
    # The month after the last one shown is known, and predicted too; there is none after 2010.
    for span, after in (("shown", 1), ("held_out", 0)):
        values = (months.between(YEARS[span], after) - mean) / std
        found = errors(arrays, values)
        arrays |= {f"{span}_error_{name}": np.array([error]) for name, error in found.items()}
    return arrays


def table(arrays: Arrays) -> str:
    """Root mean square errors in °C, one row a model."""
    spans = ["–".join(map(str, YEARS[span])) for span in ("shown", "held_out")]
    lines = [f"| | units | parameters | {spans[0]}, as shown | {spans[1]}, all held out |"]
    lines.append("|---|---|---|---|---|")
    for name in (*CELLS, BASELINE):
        shown, held_out = (arrays[f"{s}_error_{name}"][0] for s in ("shown", "held_out"))
        units = units_of(name) if name in CELLS else ""
        count = parameter_count(name, 1, units) if name in CELLS else ""
        row = "same as last time" if name == BASELINE else name.upper()
        lines.append(f"| {row} | {units} | {count} | {shown:.3f} °C | {held_out:.3f} °C |")
    return "\n".join(lines)


def spread(months: Months, seeds: int) -> str:
    """The file of errors with other seeds: a row for each seed and cell, errors in °C."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(SEEDS_HEADER)
    for seed in range(1, seeds + 1):
        arrays = build(months, seed)
        for cell in CELLS:
            found = [f"{arrays[f'{span}_error_{cell}'][0]:.4f}" for span in ("shown", "held_out")]
            rows.writerow([seed, cell, *found])
        print(f"seed {seed}\n{table(arrays)}", flush=True)
    return text.getvalue()


def seeds_table(text: str) -> str:
    """What `spread` writes as a table: a row for each seed, errors in °C over what is shown."""
    lines = ["| seed | " + " | ".join(cell.upper() for cell in CELLS) + " |", "|---|---|---|---|"]
    rows = list(csv.DictReader(io.StringIO(text)))
    for at in range(0, len(rows), len(CELLS)):
        errors = [f"{float(row['shown']):.2f} °C" for row in rows[at : at + len(CELLS)]]
        lines.append(f"| {rows[at]['seed']} | {' | '.join(errors)} |")
    return "\n".join(lines)


def differences(arrays: Arrays) -> dict[str, float]:
    """How far the errors are from those in the file, in °C."""
    with np.load(TARGET, allow_pickle=False) as file:
        names = [name for name in file if "_error_" in name]
        return {name: abs(file[name] - arrays[name])[0] for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare the errors, write nothing")
    parser.add_argument("--seeds", type=int, help="write the errors of the seeds 1 to this one")
    options = parser.parse_args()
    torch.set_num_threads(1)  # the order of sums, and so their rounding, stays the same
    torch.use_deterministic_algorithms(mode=True)
    if options.seeds:
        SPREAD.write_text(spread(read_months(DATA), options.seeds), encoding="utf-8")
        return
    arrays = build(read_months(DATA))
    print(table(arrays))
    built = to_bytes(arrays)
    print(f"{TARGET.name}: {len(built):,} bytes, sha256 {hashlib.sha256(built).hexdigest()}")
    if not options.check:
        TARGET.write_bytes(built)
        return
    furthest = max(differences(arrays).values())
    if furthest > TOLERANCE:
        sys.exit(
            f"the errors are up to {furthest:.4f} °C from those in the file; run without --check."
        )
    print(f"The errors agree with those in the file to {furthest:.1e} °C.")


if __name__ == "__main__":
    main()
