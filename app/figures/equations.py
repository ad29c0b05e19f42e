"""The equations of a cell, sub-step by sub-step, in any notation."""

from dataclasses import dataclass

from app.figures import theme
from app.figures.nodes import (
    COMMA,
    DOT,
    EQUALS,
    MINUS,
    ONE,
    PLUS,
    TIMES,
    Line,
    Node,
    Nodes,
    SubStep,
    bracket,
    dot,
    function,
    number,
    result,
)
from app.words.names import letter_of
from gru_core.conventions import SIGMOID_TRACKS, Cell, Notation

NOW, BEFORE = "t", "t−1"


@dataclass(frozen=True)
class Writer:
    """Writes the equations of one cell in one notation."""

    cell: Cell
    notation: Notation
    joined: bool = False  # W [h, x] in place of W x + U h
    inner_bias: bool = True  # the candidate has a bias d that the reset gate scales
    gate_end: str = "σ"  # what a gate ends in
    state_end: str = "tanh"  # what the candidate and the LSTM's output do, or a plain RNN's state
    projected: bool = False  # the LSTM's hidden state is a projection of what its units let out

    def substeps(self) -> tuple[SubStep, ...]:
        """The equations in the order in which they are computed."""
        if self.cell == "gru":
            gates = [self.gate("reset"), self.gate("update"), self.candidate()]
            return (*(self.substep(gate, lines) for gate, lines in gates), self.blend())
        if self.cell == "lstm":
            order = ("forget", "input", "candidate")
            gates = [self.gate(gate) for gate in order]
            first = tuple(self.substep(gate, lines) for gate, lines in gates)
            return (*first, self.cell_state(), self.substep(*self.gate("output")), self.exposed())
        return (self.substep(*self.gate("hidden")),)

    def substep(self, quantity: str, lines: tuple[Line, ...]) -> SubStep:
        """A step named after what it computes."""
        return SubStep(quantity, theme.QUANTITIES[quantity].name, lines)

    # pieces

    def letter(self, quantity: str, when: str = NOW) -> Node:
        """r_t, h_{t−1}, …"""
        letter = letter_of(self.cell, quantity, self.notation)
        return {"v": letter, "s": when, "q": quantity}

    def weight(self, letter: str, gate: str) -> Node:
        """W_r, U_r, b_r, d_r: subscripts are the gates' own letters."""
        name = letter_of(self.cell, gate, self.notation)
        return {"v": letter, "s": "" if self.cell == "rnn" else name, "q": gate}

    def gate(self, gate: str) -> tuple[str, tuple[Line, ...]]:
        """σ or tanh, or what is in their places, of W x + b + U h + d."""
        squash = self.gate_end if gate in SIGMOID_TRACKS else self.state_end
        if self.joined:
            symbols = [self.weight("W", gate), bracket(self.stacked())]
            numbers: Nodes = [number(f"{gate}.joined")]
            biases = self.biases(gate)
            return gate, (self.line(gate, squash, [*symbols, *biases[0]], [*numbers, *biases[1]]),)
        from_x = ([self.weight("W", gate), self.x()], dot(gate, "x"))
        from_h = ([self.weight("U", gate), self.letter("hidden", BEFORE)], dot(gate, "h"))
        if self.notation.biases == 1:
            rest = self.biases(gate)
            symbols = [*from_x[0], PLUS, *from_h[0], *rest[0]]
            numbers = [from_x[1], PLUS, from_h[1], *rest[1]]
        else:
            symbols = [
                *(*from_x[0], PLUS, self.weight("b", gate), PLUS),
                *(*from_h[0], PLUS, self.weight("d", gate)),
            ]
            numbers = [
                *(from_x[1], PLUS, number(f"{gate}.b_x"), PLUS),
                *(from_h[1], PLUS, number(f"{gate}.b_h")),
            ]
        return gate, (self.line(gate, squash, symbols, numbers),)

    def biases(self, gate: str) -> tuple[Nodes, Nodes]:
        """+ b, or + b + d, as letters and as numbers."""
        if self.notation.biases == 1:
            return [PLUS, self.weight("b", gate)], [PLUS, number(f"{gate}.b")]
        return (
            [PLUS, self.weight("b", gate), PLUS, self.weight("d", gate)],
            [PLUS, number(f"{gate}.b_x"), PLUS, number(f"{gate}.b_h")],
        )

    def x(self) -> Node:
        return {"v": "x", "s": NOW, "q": "x"}

    def stacked(self) -> Nodes:
        """h and x one above the other."""
        return [self.letter("hidden", BEFORE), COMMA, self.x()]

    def line(self, quantity: str, squash: str, symbols: Nodes, numbers: Nodes) -> Line:
        """quantity = squash(symbols) = squash(numbers) = squash(sum) = result."""
        return Line(
            [self.letter(quantity)],
            [function(squash, symbols)],
            (
                [function(squash, numbers)],
                [function(squash, [number(f"{quantity}.sum")]), EQUALS, result(quantity)],
            ),
        )

    # the GRU's own

    def candidate(self) -> tuple[str, tuple[Line, ...]]:
        """tanh or what is in its place; the reset gate after the product with h, or before it."""
        if self.notation.placement == "after":
            return "candidate", self.candidate_after()
        return "candidate", self.candidate_before()

    def candidate_after(self) -> tuple[Line, ...]:
        inner = [self.weight("U", "candidate"), self.letter("hidden", BEFORE)]
        inner_numbers: Nodes = [dot("candidate", "h")]
        outer, outer_number = self.weight("b", "candidate"), number("candidate.b_x")
        if self.inner_bias:
            inner += [PLUS, self.weight("d", "candidate")]
            inner_numbers += [PLUS, number("candidate.b_h")]
        reset = Line(
            [],
            [self.letter("reset"), TIMES, bracket(inner)],
            (
                [number("reset", "reset"), DOT, bracket(inner_numbers), EQUALS,
                 number("reset_hidden")],
            ),
        )  # fmt: skip
        symbols = [
            *(self.weight("W", "candidate"), self.x(), PLUS, outer, PLUS),
            *(self.letter("reset"), TIMES, bracket(inner)),
        ]
        numbers = [dot("candidate", "x"), PLUS, outer_number, PLUS, number("reset_hidden")]
        return reset, self.line("candidate", self.state_end, symbols, numbers)

    def candidate_before(self) -> tuple[Line, ...]:
        scaled = [self.letter("reset"), TIMES, self.letter("hidden", BEFORE)]
        reset = Line(
            [],
            scaled,
            (
                [number("reset", "reset"), DOT, number("previous", "hidden"), EQUALS,
                 number("reset_hidden")],
            ),
        )  # fmt: skip
        biases = self.biases("candidate")
        if self.joined:
            symbols = [self.weight("W", "candidate"), bracket([*scaled, COMMA, self.x()])]
            numbers: Nodes = [number("candidate.joined")]
        else:
            symbols = [
                *(self.weight("W", "candidate"), self.x(), PLUS),
                *(self.weight("U", "candidate"), bracket(scaled)),
            ]
            numbers = [dot("candidate", "x"), PLUS, dot("candidate", "h", "reset_vector")]
        symbols, numbers = [*symbols, *biases[0]], [*numbers, *biases[1]]
        return reset, self.line("candidate", self.state_end, symbols, numbers)

    def blend(self) -> SubStep:
        """The old state and the candidate, weighed by the update gate."""
        z, rest = [self.letter("update")], [bracket([ONE, MINUS, self.letter("update")])]
        old, new = [self.letter("hidden", BEFORE)], [self.letter("candidate")]
        gate, other = number("update", "update"), number("update.complement", "update")
        before, candidate = number("previous", "hidden"), number("candidate", "candidate")
        if self.notation.polarity == "keep":
            symbols = [*z, TIMES, *old, PLUS, *rest, TIMES, *new]
            numbers = [gate, DOT, before, PLUS, other, DOT, candidate]
            parts = [number("kept"), PLUS, number("written")]
        else:
            symbols = [*z, TIMES, *new, PLUS, *rest, TIMES, *old]
            numbers = [gate, DOT, candidate, PLUS, other, DOT, before]
            parts = [number("written"), PLUS, number("kept")]
        line = Line([self.letter("hidden")], symbols, (numbers, [*parts, EQUALS, result("hidden")]))
        return SubStep("hidden", "new hidden state", (line,))

    # the LSTM's own

    def cell_state(self) -> SubStep:
        """What the forget gate keeps of c, and what the input gate adds of the candidate."""
        symbols = [
            *(self.letter("forget"), TIMES, self.letter("cell", BEFORE), PLUS),
            *(self.letter("input"), TIMES, self.letter("candidate")),
        ]
        numbers = [
            *(number("forget", "forget"), DOT, number("previous_cell", "cell"), PLUS),
            *(number("input", "input"), DOT, number("candidate", "candidate")),
        ]
        last = [number("kept"), PLUS, number("written"), EQUALS, result("cell")]
        return SubStep(
            "cell", "cell state", (Line([self.letter("cell")], symbols, (numbers, last)),)
        )

    def exposed(self) -> SubStep:
        """What the output gate lets out of the cell state."""
        squashed = function(self.state_end, [self.letter("cell")])
        symbols = [self.letter("output"), TIMES, squashed]
        numbers = [
            *(number("output", "output"), DOT, function(self.state_end, [number("cell", "cell")])),
        ]
        last = [number("output", "output"), DOT, number("squashed"), EQUALS]
        if self.projected:
            let_out = Line([], symbols, (numbers, [*last, number("let_out")]))
            return SubStep("hidden", "new hidden state", (let_out, self.projection(symbols)))
        line = Line([self.letter("hidden")], symbols, (numbers, [*last, result("hidden")]))
        return SubStep("hidden", "new hidden state", (line,))

    def projection(self, let_out: Nodes) -> Line:
        """One number of the hidden state, of what all units let out."""
        products: Node = {"d": "hidden.sum", "w": "hidden.w_p", "x": "let_out_vector"}
        symbols: Nodes = [{"v": "P", "s": "", "q": "hidden"}, bracket(let_out)]
        return Line([self.letter("hidden")], symbols, ([products, EQUALS, result("hidden")],))
