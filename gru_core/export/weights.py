"""The weights of a layer as a file: for torch.nn, as ONNX, and as Gatescope's own NPZ."""

from dataclasses import replace
from importlib.util import find_spec
from typing import Final

from gru_core.export.cell_run import CellRun
from gru_core.formats import npz
from gru_core.formats.answers import settings_of
from gru_core.formats.model import Direction, Entry, ModelFile
from gru_core.formats.onnx import writer as onnx_writer
from gru_core.formats.state_dict import names as torch_names
from gru_core.weights import PROJECTION, GRUWeights, Weights
from gru_core.words import Said

FORMAT: Final = "Gatescope"


def safetensors_bytes(run: CellRun) -> bytes:
    """A file that load_state_dict of torch.nn.GRU, LSTM or RNN takes as it is.

    Errors: FormatError naming what that layer of PyTorch cannot do.
    """
    from gru_core.formats.safetensors import file as safetensors_file

    return safetensors_file.write([run.weights])


def safetensors_refusal(weights: Weights) -> str:
    """Why there is no such file of these weights; empty where there is."""
    return torch_refusal(weights) or _missing("safetensors")


def torch_refusal(weights: Weights) -> str:
    """Why no layer of torch.nn computes these weights; empty where one does."""
    who = Said("This {cell}", cell=weights.cell.upper())
    problem = next(torch_names.problems(weights, who), None)
    return Said("{problem}.", problem=problem) if problem else ""


def onnx_bytes(run: CellRun) -> bytes:
    """A model with one recurrent node and the initial states; its numbers are float32."""
    return onnx_writer.write([run.weights], [run.trace.initial])


def onnx_refusal(weights: Weights) -> str:
    """Why ONNX cannot be written here; empty where it can."""
    if weights.is_projected:
        return Said("This LSTM projects its hidden state; ONNX has no place for a projection.")
    return _missing("onnx")


def _missing(package: str) -> str:
    if find_spec(package):
        return ""
    return Said("This needs the package {package}, which is not here.", package=package)


def npz_bytes(run: CellRun) -> bytes:
    """Gatescope's own file of one layer, every number exact, that leaves no question open."""
    return npz.write(ModelFile(FORMAT, (entry_of(run),)))


def entry_of(run: CellRun) -> Entry:
    """The layer and its initial states as a file's entry."""
    weights = run.weights
    direction = Direction(
        *(weights.w_x, weights.w_h, weights.b_x, weights.b_h),
        initial=run.trace.initial,
        w_p=weights.arrays.get(PROJECTION),
    )
    entry = Entry(
        name=run.scene[: npz.MAX_TEXT],
        cell=run.cell,
        layers=((direction,),),
        stored=str(weights.dtype),
        notes=_notes(run),
    )
    said = {
        "gate_activation": weights.gate_activation,
        "state_activation": weights.state_activation,
        "reset_after": str(not isinstance(weights, GRUWeights) or weights.reset_after).lower(),
        "backward": "false",
    }
    says = {setting: said[setting] for setting in settings_of(entry)}
    return replace(entry, says=says)


def _notes(run: CellRun) -> tuple[str, ...]:
    held = len(run.trace.interventions)
    if not held:
        return run.notes
    said = Said(
        "One thing was held in the run that this was exported from; weights do not say so."
        if held == 1
        else "{held} things were held in the run that this was exported from; weights do not say "
        "so.",
        held=held,
    )
    return (*run.notes, said)
