"""What names of an ONNX model come to at chosen sizes of its inputs, whatever numbers those hold.

Exporters make a state for a batch of any size by operators. Those that are named here are worked
out by the reference of ONNX itself, one node at a time; shapes by its shape inference, which runs
nothing. Every size is known before an array of it is made.
"""

from collections.abc import Callable, Iterator, Mapping
from math import prod
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.formats.onnx import operators
from gru_core.formats.onnx import tensors as onnx_tensors
from gru_core.formats.onnx.constants import MAX_COPIED, ComputedError
from gru_core.formats.onnx.graph import DEFAULT_DOMAIN, Scope, Source, called
from gru_core.formats.onnx.tensors import Values

if TYPE_CHECKING:
    from onnx import NodeProto, TypeProto, ValueInfoProto

# The operators whose numbers are worked out: no chance, no loops, nothing that waits.
MOVING: Final = frozenset(
    {"Cast", "CastLike", "Concat", "Expand", "Flatten", "Gather", "Identity", "Pad", "Reshape"}
    | {"Range", "Slice", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze"}
)
COMPUTING: Final = frozenset(
    {"Abs", "Add", "And", "Ceil", "Clip", "Div", "Elu", "Equal", "Erf", "Exp", "Floor", "Gemm"}
    | {"Greater", "GreaterOrEqual", "HardSigmoid", "LeakyRelu", "Less", "LessOrEqual", "Log"}
    | {"MatMul", "Max", "Min", "Mod", "Mul", "Neg", "Not", "Or", "Pow", "Reciprocal", "Relu"}
    | {"ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "Round", "Selu"}
    | {"Sigmoid", "Sign", "Softmax", "Softplus", "Softsign", "Sqrt", "Sub", "Sum", "Tanh"}
    | {"Where", "Xor"}
)
OWN: Final = frozenset(
    {"Constant", "ConstantOfShape"}
)  # they hold tensors, which we read ourselves
# Which inputs of an operator its output's shape is made of, and not of their shapes alone.
SIZES: Final[Mapping[str, tuple[int, ...]]] = {
    **dict.fromkeys(("Expand", "OneHot", "Reshape", "Split", "Squeeze", "Tile"), (1,)),
    **dict.fromkeys(("ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum"), (1,)),
    **dict.fromkeys(("TopK", "Unsqueeze"), (1,)),
    "ConstantOfShape": (0,),
    "Pad": (1, 3),
    "Range": (0, 1, 2),
    "Resize": (2, 3),
    "Slice": (1, 2, 3, 4),
}
MAX_TASKS: Final = 2_000  # values and shapes of one model
MAX_PRODUCTS: Final = 200_000_000  # of a MatMul
MAX_SAID: Final = 64  # numbers that shape inference is told
# Whatever a reference or an inference stumbles over.
STUMBLES: Final = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError),
    *(TypeError, ValueError),
)

Shape: TypeAlias = tuple[int, ...]
# A size for each axis that an input leaves open, by the name of the axis.
Sizes: TypeAlias = Callable[[str], int]


class Task(NamedTuple):
    """What is to be worked out of a name: its numbers, or only its shape and type."""

    scope: Scope  # which defines the name
    name: str
    numbers: bool


class Typed(NamedTuple):
    """A shape and a type of numbers, as TensorProto.DataType."""

    shape: Shape
    kind: int


class Folding:
    """A model at chosen sizes."""

    def __init__(self, opset: int, sizes: Sizes, ranks: Mapping[str, tuple[int, ...]]) -> None:
        """sizes: of open axes; ranks: by name the shape of an input that has none, 0 for open."""
        self._opset, self._sizes, self._ranks = opset, sizes, ranks
        self._values: dict[Task, Values] = {}
        self._types: dict[Task, Typed] = {}
        self._room = MAX_COPIED
        self._tasks = 0  # of all questions

    def value(self, scope: Scope, name: str) -> Values:
        """The numbers of a name. Errors: ComputedError saying why not, FormatError if damaged."""
        task = _task(scope, name, numbers=True)
        self._work(task)
        return self._values[task]

    def shape(self, scope: Scope, name: str) -> Shape:
        """The shape of a name. Errors: as of value."""
        task = _task(scope, name, numbers=False)
        self._work(task)
        return self._types[task].shape

    def _work(self, first: Task) -> None:
        """Do a task and all that it needs, each once."""
        todo, under = [(first, False)], set[Task]()
        while todo:
            task, ready = todo.pop()
            if task in self._values or task in self._types:
                continue
            if ready:
                self._do(task)
                under.discard(task)
                continue
            self._tasks += 1
            if task in under:
                raise FormatError(
                    "{name} is computed from itself; the model is damaged: export it again.",
                    name=shown(task.name),
                )
            if self._tasks > MAX_TASKS:
                raise ComputedError(
                    "more than {most} operators make {name}", most=MAX_TASKS, name=shown(first.name)
                )
            under.add(task)
            todo.append((task, True))
            todo += [(one, False) for one in _needs(task) if one not in self._values]

    def _do(self, task: Task) -> None:
        source = task.scope.source(task.name)
        if task.numbers:
            values = self._numbers(task, source)
            for name, made in values.items():
                made.flags.writeable = False
                self._values[Task(task.scope, name, numbers=True)] = made
        else:
            types = self._typed(task, source)
            for name, typed in types.items():
                self._types[Task(task.scope, name, numbers=False)] = typed

    def _numbers(self, task: Task, source: Source) -> dict[str, Values]:
        node = source.node
        if node is None:
            if source.tensor is None:
                raise ComputedError(source.missing, name=shown(task.name), where=source.scope.where)
            return {task.name: onnx_tensors.values(source.tensor)}
        if node.op_type == "Shape":
            shape = np.array(self._type_of(source, node.input[0]).shape, np.int64)
            given = {one.name: one.i for one in node.attribute}
            cut = slice(given.get("start"), given.get("end"))
            return {node.output[0]: shape[cut]}
        if node.op_type == "Size":
            count = prod(self._type_of(source, node.input[0]).shape)
            return {node.output[0]: np.array(count, np.int64)}
        inputs = [self._value_of(source, one) if one else None for one in node.input]
        if node.op_type in OWN:
            made = np.array(operators.apply(node, inputs))
            self._take(node, made.nbytes)
            return {node.output[0]: made}
        return self._referred(node, source, inputs)

    def _referred(
        self, node: "NodeProto", source: Source, inputs: list[Values | None]
    ) -> dict[str, Values]:
        """What the reference of ONNX makes of these inputs; its size is known before."""
        from onnx.reference import ReferenceEvaluator

        types = self._inferred(node, source, dict(zip(node.input, inputs, strict=True)))
        for typed in types.values():
            self._take(node, prod(typed.shape) * 8)
        first = inputs[0]
        if node.op_type in ("MatMul", "Gemm") and first is not None:
            inner = first.shape[-1] if first.ndim else 1
            if prod(types[node.output[0]].shape) * inner > MAX_PRODUCTS:
                raise _not_followed(node)
        fed = {name: one for name, one in zip(node.input, inputs, strict=True) if name}
        try:
            with np.errstate(all="ignore"):  # what overflows is named where it is used
                runner = ReferenceEvaluator(node, opsets={"": self._opset})
                made = runner.run([one for one in node.output if one], fed)
        except STUMBLES as error:
            raise FormatError(
                "{called} does not fit what it is given ({error}); the model is damaged: export "
                "it again.",
                called=called(node),
                error=" ".join(str(error).split())[:100],
            ) from error
        outputs = [name for name in node.output if name]
        found = {name: np.array(one) for name, one in zip(outputs, made, strict=True)}
        for name, one in found.items():
            if one.shape != types[name].shape:
                raise _not_followed(node)
        return found

    def _typed(self, task: Task, source: Source) -> dict[str, Typed]:
        from onnx import helper

        if source.tensor is not None:
            tensor = source.tensor
            return {task.name: Typed(tuple(tensor.dims), tensor.data_type)}
        if source.node is None:
            return {task.name: self._of_input(task, source)}
        if Task(task.scope, task.name, numbers=True) in self._values:
            value = self._value_of(source, task.name)
            return {task.name: Typed(value.shape, helper.np_dtype_to_tensor_dtype(value.dtype))}
        node = source.node
        said = {node.input[at]: self._value_of(source, node.input[at]) for at in _sizing(node)}
        return self._inferred(node, source, said)

    def _of_input(self, task: Task, source: Source) -> Typed:
        """What an input of the model is declared as, its open axes filled in."""
        given: ValueInfoProto | None = source.scope.inputs.get(task.name)
        if given is None or source.scope.where:
            raise ComputedError(source.missing, name=shown(task.name), where=source.scope.where)
        kind = given.type.tensor_type
        if kind.HasField("shape"):
            axes = [
                one.dim_value or self._sizes(one.dim_param or f"{task.name}.{at}")
                for at, one in enumerate(kind.shape.dim)
            ]
        elif task.name in self._ranks:
            axes = [
                one or self._sizes(f"{task.name}.{at}")
                for at, one in enumerate(self._ranks[task.name])
            ]
        else:
            raise ComputedError("the shape of the input {name} is not said", name=shown(task.name))
        return Typed(tuple(axes), kind.elem_type)

    def _inferred(
        self, node: "NodeProto", source: Source, said: Mapping[str, Values | None]
    ) -> dict[str, Typed]:
        """The shapes of what a node makes. said: by name the numbers that are known of inputs."""
        from onnx import defs, helper, numpy_helper
        from onnx.checker import ValidationError
        from onnx.shape_inference import InferenceError, infer_node_outputs

        known = {name: one for name, one in said.items() if name and one is not None}
        types = {name: self._type_of(source, name, known) for name in node.input if name}
        told = {
            name: numpy_helper.from_array(np.array(one, order="C"), name)
            for name, one in known.items()
            if one.size <= MAX_SAID
        }
        try:
            made: dict[str, TypeProto] = infer_node_outputs(
                defs.get_schema(node.op_type, self._opset, ""),
                node,
                {n: helper.make_tensor_type_proto(t.kind, t.shape) for n, t in types.items()},
                told,
                opset_imports=[helper.make_opsetid("", self._opset)],
            )
        except (*STUMBLES, InferenceError, ValidationError, defs.SchemaError) as error:
            raise _not_followed(node) from error
        found = {}
        for name in filter(None, node.output):
            kind = made[name].tensor_type if name in made else None
            if kind is None or not kind.HasField("shape"):
                raise _not_followed(node)
            if not all(one.HasField("dim_value") for one in kind.shape.dim):
                raise _not_followed(node)
            shape = tuple(one.dim_value for one in kind.shape.dim)
            if min(shape, default=0) < 0:
                raise _not_followed(node)
            found[name] = Typed(shape, kind.elem_type)
        return found

    def _type_of(
        self, source: Source, name: str, known: Mapping[str, Values] | None = None
    ) -> Typed:
        from onnx import helper

        value = (known or {}).get(name)
        if value is not None:
            return Typed(value.shape, helper.np_dtype_to_tensor_dtype(value.dtype))
        return self._types[_task(source.scope, name, numbers=False)]

    def _value_of(self, source: Source, name: str) -> Values:
        return self._values[_task(source.scope, name, numbers=True)]

    def _take(self, node: "NodeProto", room: int) -> None:
        self._room -= room
        if room > limits.MAX_EXPANDED or self._room < 0:
            raise ComputedError(
                "{called} makes more than {most:,.0f} MB",
                called=called(node),
                most=limits.MAX_EXPANDED / 1e6,
            )


def _task(scope: Scope, name: str, *, numbers: bool) -> Task:
    return Task(scope.source(name).scope, name, numbers)


def _needs(task: Task) -> Iterator[Task]:
    """What has to be there first. Errors: ComputedError for an operator that is not followed."""
    source = task.scope.source(task.name)
    node = source.node
    if node is None:
        return
    if node.domain not in DEFAULT_DOMAIN or any(_holds_a_graph(one.type) for one in node.attribute):
        raise _not_followed(node)
    if task.numbers and node.op_type in ("Shape", "Size"):
        if len(node.input) != 1:
            raise _not_followed(node)
        yield _task(source.scope, node.input[0], numbers=False)
        return
    if task.numbers and node.op_type not in MOVING | COMPUTING | OWN:
        raise _not_followed(node)
    if task.numbers and node.op_type not in OWN and any(one.type == 4 for one in node.attribute):
        raise _not_followed(node)  # the reference would read a tensor, wherever that is stored
    sizing = _sizing(node)
    for at, name in enumerate(node.input):
        if name:
            yield _task(source.scope, name, numbers=task.numbers or at in sizing)


def _sizing(node: "NodeProto") -> list[int]:
    count = len(node.input)
    return [at for at in SIZES.get(node.op_type, ()) if at < count and node.input[at]]


def _holds_a_graph(kind: int) -> bool:
    return kind in (5, 10, 9, 11, 12)  # also lists of tensors, and sparse ones


def _not_followed(node: "NodeProto") -> ComputedError:
    return ComputedError("{called} is not followed", called=called(node))
