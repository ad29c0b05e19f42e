# A GRU of Gatescope in PyTorch, stepped by its equations. After a run trace has every
# gate by its name, (step, unit): trace["update"][-1, 0] is the update gate of the first
# unit at the last step.

import torch

scene = 'Four memories of one pulse'
dtype = torch.float64

# The input, (step, input), and what its steps and its numbers are called.
x = torch.tensor([
    [0.0], [0.0], [0.0], [1.0], [0.0], [0.0], [0.0], [0.0], [0.0], [0.0], [0.0], [0.0], [-1.0],
    [0.0], [0.0], [0.0], [0.0], [0.0], [0.0], [0.0],
], dtype=dtype)
labels = [str(step) for step in range(1, 21)]
channels = ['pulse']

# Before the first step: the hidden state.
initial = [
    torch.zeros(4, dtype=dtype),
]

# The weights under their names in PyTorch, the rows of reset, update, candidate in turn.
weights = {
    "weight_ih_l0": torch.tensor([
        [0.0], [0.0], [0.0], [0.0], [-12.0], [-12.0], [-12.0], [-12.0], [3.0], [3.0], [3.0], [3.0],
    ], dtype=dtype),
    "weight_hh_l0": torch.tensor([
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
    ], dtype=dtype),
    "bias_ih_l0": torch.tensor([
        0.0, 0.0, 0.0, 0.0, -4.0, 0.0, 2.0, 1.5, 0.0, 0.0, 0.0, 0.0,
    ], dtype=dtype),
    "bias_hh_l0": torch.tensor([
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
    ], dtype=dtype),
}
# And as the equations take them, with an axis of the gates.
w_x = weights["weight_ih_l0"].unflatten(0, (3, 4))  # (gate, unit, input)
w_h = weights["weight_hh_l0"].unflatten(0, (3, 4))  # (gate, unit, unit)
b_x = weights["bias_ih_l0"].unflatten(0, (3, 4))  # (gate, unit)
b_h = weights["bias_hh_l0"].unflatten(0, (3, 4))  # (gate, unit)


def gate(a):
    """What every gate ends in."""
    return torch.sigmoid(a)


def squash(a):
    """What the candidate ends in."""
    return torch.tanh(a)


def step(x, h):
    """Advance one timestep. x: (input,), h: (unit,). Nothing is mutated."""
    from_x = w_x @ x + b_x  # (gate, unit)
    from_h = w_h @ h + b_h  # (gate, unit)
    gates = gate(from_x[:2] + from_h[:2])
    reset = gates[0]
    update = gates[1]
    inner = from_x[2] + reset * from_h[2]  # reset acts after the product
    candidate = squash(inner)
    hidden = update * h + (1 - update) * candidate  # update near 1 keeps
    return {"reset": reset, "update": update, "candidate": candidate, "hidden": hidden}


def run():
    """Every step in turn: each gate and state, (step, unit)."""
    states, steps = initial, []
    for t, now in enumerate(x):
        steps.append(step(now, *states))
        states = [steps[-1][name] for name in ["hidden"]]
    return {name: torch.stack([one[name] for one in steps]) for name in steps[0]}


trace = run()

# torch.nn.GRU takes the same weights. It agrees.
layer = torch.nn.GRU(1, 4, dtype=dtype)
layer.load_state_dict(weights)
with torch.no_grad():
    output, _ = layer(x, initial[0][None])
apart = (output - trace["hidden"]).abs().max().item()
print(f"Largest difference to torch.nn.GRU: {apart:.1e}")
assert apart <= 1e-6 * max(1, output.abs().max().item())

print("Last hidden state:", trace["hidden"][-1])
