"""The pieces of an equation: small trees that the stage writes as MathML and LaTeX.

A node is a dict: {"o": operator}, {"v": letter, "s": subscript, "q": quantity}, {"c": constant},
{"n": number}, {"f": function, "a": nodes}, {"p": nodes, "k": bracket}, or
{"d": number, "w": row, "x": vector}: a sum of products, written out where row and vector are
short enough to be sent. A number is named as in gru_core.analysis.inside; a "+" before it takes its
sign.
`q` names a quantity: the colour of the node, and what lights up with it elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.contract import EquationNode, Substep

Node: TypeAlias = EquationNode
Nodes: TypeAlias = list[Node]


@dataclass(frozen=True)
class Line:
    """left = symbols = numbers = ..., each a row of nodes; the stage aligns them at the =."""

    left: Nodes
    symbols: Nodes
    numbers: tuple[Nodes, ...]  # with the values in, step by step


def named(nodes: Sequence[Node]) -> set[str]:
    """The names of all numbers that stand in these nodes, or may."""
    found: set[str] = set()
    for node in nodes:
        found |= {node[key] for key in ("n", "d", "w", "x") if key in node}
        found |= named(node.get("a", [])) | named(node.get("p", []))
    return found


@dataclass(frozen=True)
class SubStep:
    """One of the things that happen within a timestep, in order."""

    quantity: str  # the track that it computes
    name: str
    lines: tuple[Line, ...]

    @property
    def numbers(self) -> set[str]:
        """The names of the numbers that its lines need."""
        return {name for line in self.lines for nodes in line.numbers for name in named(nodes)}

    def message(self) -> Substep:
        """As the stage reads it."""
        return {
            "quantity": self.quantity,
            "name": self.name,
            "lines": [
                {"left": one.left, "symbols": one.symbols, "numbers": one.numbers}
                for one in self.lines
            ],
        }


PLUS: Node = {"o": "+"}
MINUS: Node = {"o": "−"}
EQUALS: Node = {"o": "="}
TIMES: Node = {"o": "⊙"}
DOT: Node = {"o": "·"}
COMMA: Node = {"o": ","}
ONE: Node = {"c": "1"}


def number(name: str, quantity: str = "") -> Node:
    """A number of gru_core.analysis.inside."""
    return {"n": name, "q": quantity} if quantity else {"n": name}


def result(quantity: str) -> Node:
    """The value that a line comes to."""
    return {"n": quantity, "q": quantity, "r": True}


def dot(gate: str, of: str, vector: str = "") -> Node:
    """W x or U h of one unit: products where they are few, else their sum."""
    vectors: Mapping[str, str] = {"x": "x", "h": "previous_vector"}
    return {"d": f"{gate}.from_{of}", "w": f"{gate}.w_{of}", "x": vector or vectors[of]}


def bracket(nodes: Sequence[Node]) -> Node:
    """The nodes in round brackets; a vector of several in square ones."""
    return {"p": list(nodes), "k": "[" if COMMA in nodes else "("}


def function(name: str, argument: Nodes) -> Node:
    """name(argument)."""
    return {"f": name, "a": argument}
