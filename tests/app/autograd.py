"""Derivatives of what is on a screen, found by torch; and what a screen's words say of them."""

import re

import numpy as np
import torch

from app.lenses import gradients
from app.screen.screen import Screen
from gru_core.conventions import Cell
from gru_core.engines.torch_engine import run_tensors, to_tensors
from tests.app.lensing import looked


def norm(matrix: "torch.Tensor", unit: int | None) -> float:
    rows = matrix if unit is None else matrix[unit : unit + 1]
    return float(np.sqrt((rows.detach().numpy() ** 2).sum()))


class Autograd:
    """Derivatives of the last hidden state of one cell on a screen, found by torch."""

    def __init__(self, screen: Screen, cell: Cell) -> None:
        situation = gradients.beside(screen)
        self.weights = to_tensors(situation.weights[cell])
        self.x = torch.tensor(situation.x)
        self.initial = tuple(torch.tensor(state) for state in situation.initials[cell])
        self.trace = run_tensors(self.weights, self.x, self.initial)
        self.names = ("hidden", "cell") if cell == "lstm" else ("hidden",)

    def states(self, step: int) -> tuple["torch.Tensor", ...]:
        """After this step, each (unit,)."""
        return tuple(self.trace[name][step] for name in self.names)

    def by_state(self, step: int, which: int = 0) -> "torch.Tensor":
        """∂h_T/∂(a state after this step): (unit, unit). h of an LSTM follows c, not c h."""
        states = list(self.states(step))

        def last(state: "torch.Tensor") -> "torch.Tensor":
            given = [state if at == which else one for at, one in enumerate(states)]
            if which == 1:
                given[0] = self.trace["output"][step] * torch.tanh(state)
            if step == len(self.x) - 1:
                return given[0]
            hidden = run_tensors(self.weights, self.x[step + 1 :], tuple(given))["hidden"]
            return hidden[-1]

        found: torch.Tensor = torch.autograd.functional.jacobian(last, states[which])
        return found

    def by_input(self) -> "torch.Tensor":
        """(unit, step, input)"""
        found: torch.Tensor = torch.autograd.functional.jacobian(
            lambda x: run_tensors(self.weights, x, self.initial)["hidden"][-1], self.x
        )
        return found


def left(screen: Screen) -> dict[str, float]:
    """What the words say is left at the first step."""
    said = looked(screen).words[0]
    signs = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")
    plain = said.translate(signs).replace("\xa0·\xa010", "e")
    pattern = r"(GRU|plain RNN|LSTM by its c|LSTM) ([-\d.e]+?)(?= of |,|\.$)"
    return {name: float(text) for name, text in re.findall(pattern, plain)}
