# An LSTM of Gatescope in PyTorch, stepped by its equations. After a run trace has every
# gate by its name, (step, unit): trace["forget"][-1, 0] is the forget gate of the first
# unit at the last step.

import torch

scene = 'A cue says what to keep'
dtype = torch.float64

# The input, (step, input), and what its steps and its numbers are called.
x = torch.tensor([
    [0.3, 0.0],
    [-0.7, 0.0],
    [0.5, 0.0],
    [-0.2, 0.0],
    [0.8, 1.0],
    [-0.4, 0.0],
    [0.6, 0.0],
    [0.1, 0.0],
    [-0.8, 0.0],
    [0.4, 0.0],
    [0.7, 0.0],
    [-0.9, 0.0],
    [0.2, 0.0],
    [-0.5, 0.0],
    [0.9, 0.0],
    [-0.3, 0.0],
    [0.5, 0.0],
    [-0.6, 0.0],
    [0.3, 0.0],
    [-0.1, 0.0],
], dtype=dtype)
labels = [str(step) for step in range(1, 21)]
channels = ['value', 'cue']

# Before the first step: the hidden state and the cell state.
initial = [
    torch.zeros(3, dtype=dtype),
    torch.zeros(3, dtype=dtype),
]

# The weights under their names in PyTorch, the rows of input, forget, candidate, output in turn.
weights = {
    "weight_ih_l0": torch.tensor([
        [0.0, 12.0],
        [0.0, 0.0],
        [0.0, 0.0],
        [0.0, -12.0],
        [0.0, 0.0],
        [0.0, 0.0],
        [1.0, 0.0],
        [1.0, 0.0],
        [1.0, 0.0],
        [0.0, 0.0],
        [0.0, 0.0],
        [0.0, 0.0],
    ], dtype=dtype),
    "weight_hh_l0": torch.tensor([
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
    ], dtype=dtype),
    "bias_ih_l0": torch.tensor([
        -6.0, 6.0, -2.0, 6.0, -6.0, 2.0, 0.0, 0.0, 0.0, 4.0, 4.0, 4.0,
    ], dtype=dtype),
    "bias_hh_l0": torch.tensor([
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
    ], dtype=dtype),
}
# And as the equations take them, with an axis of the gates.
w_x = weights["weight_ih_l0"].unflatten(0, (4, 3))  # (gate, unit, input)
w_h = weights["weight_hh_l0"].unflatten(0, (4, 3))  # (gate, unit, unit)
b_x = weights["bias_ih_l0"].unflatten(0, (4, 3))  # (gate, unit)
b_h = weights["bias_hh_l0"].unflatten(0, (4, 3))  # (gate, unit)


def gate(a):
    """What every gate ends in."""
    return torch.sigmoid(a)


def squash(a):
    """What the candidate ends in."""
    return torch.tanh(a)


def step(x, h, c):
    """Advance one timestep. x: (input,), h and c: (unit,). Nothing is mutated."""
    total = w_x @ x + b_x + w_h @ h + b_h  # (gate, unit)
    gates = gate(total[:2])
    input_gate = gates[0]
    forget = gates[1]
    candidate = squash(total[2])
    output = gate(total[3])
    cell = forget * c + input_gate * candidate
    hidden = output * squash(cell)
    return {
        "input": input_gate,
        "forget": forget,
        "candidate": candidate,
        "output": output,
        "cell": cell,
        "hidden": hidden,
    }


def run():
    """Every step in turn: each gate and state, (step, unit)."""
    states, steps = initial, []
    for t, now in enumerate(x):
        steps.append(step(now, *states))
        states = [steps[-1][name] for name in ["hidden", "cell"]]
    return {name: torch.stack([one[name] for one in steps]) for name in steps[0]}


trace = run()

# torch.nn.LSTM takes the same weights. It agrees.
layer = torch.nn.LSTM(2, 3, dtype=dtype)
layer.load_state_dict(weights)
with torch.no_grad():
    output, _ = layer(x, (initial[0][None], initial[1][None]))
apart = (output - trace["hidden"]).abs().max().item()
print(f"Largest difference to torch.nn.LSTM: {apart:.1e}")
assert apart <= 1e-6 * max(1, output.abs().max().item())

print("Last hidden state:", trace["hidden"][-1])
