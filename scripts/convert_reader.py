"""Build assets/models/reader.npz from the checkpoint of g2p_en 2.1.0.

    pip download --no-deps g2p_en==2.1.0
    unzip g2p_en-2.1.0-py3-none-any.whl g2p_en/checkpoint20.npz
    python scripts/convert_reader.py g2p_en/checkpoint20.npz

The values are not changed. Rows stacked over the gates become a leading gate axis, names become
those of gru_core, and the two alphabets, which the package keeps in its source, are stored beside
them. The same checkpoint gives the same file, byte for byte. `--check` compares with the file that
is there instead of writing it, and exits with 1 when they differ.
"""

import argparse
import hashlib
import io
import string
import sys
import zipfile
from pathlib import Path

import numpy as np

CHECKPOINT_SHA256 = "b8af35e4596d8dd5836dfd3fe9b2ba4f97b9c311efe8879544cbcfcbd566d8c6"
TARGET = Path(__file__).parents[1] / "assets" / "models" / "reader.npz"

# The package stores PyTorch's order reset, update, candidate: gru_core's own order of GRU gates.
GATES = 3

# g2p_en/g2p.py, G2p.__init__: a position in these is a row of an embedding.
LETTERS = ["<pad>", "<unk>", "</s>", *string.ascii_lowercase]
PHONEMES = [
    *("<pad>", "<unk>", "<s>", "</s>"),
    *("AA0", "AA1", "AA2", "AE0", "AE1", "AE2", "AH0", "AH1", "AH2", "AO0", "AO1", "AO2"),
    *("AW0", "AW1", "AW2", "AY0", "AY1", "AY2", "B", "CH", "D", "DH", "EH0", "EH1", "EH2"),
    *("ER0", "ER1", "ER2", "EY0", "EY1", "EY2", "F", "G", "HH", "IH0", "IH1", "IH2"),
    *("IY0", "IY1", "IY2", "JH", "K", "L", "M", "N", "NG", "OW0", "OW1", "OW2"),
    *("OY0", "OY1", "OY2", "P", "R", "S", "SH", "T", "TH", "UH0", "UH1", "UH2"),
    *("UW", "UW0", "UW1", "UW2", "V", "W", "Y", "Z", "ZH"),
]

Arrays = dict[str, np.ndarray]


def convert(source: Arrays) -> Arrays:
    """The checkpoint's arrays under gru_core's names and shapes; no value changes."""
    arrays: Arrays = {"letters": np.array(LETTERS), "phonemes": np.array(PHONEMES)}
    for ours, theirs in (("encoder", "enc"), ("decoder", "dec")):
        arrays[f"{ours}_embedding"] = source[f"{theirs}_emb"]  # (symbol, input)
        for part, name in (("w_x", "w_ih"), ("w_h", "w_hh"), ("b_x", "b_ih"), ("b_h", "b_hh")):
            stacked = source[f"{theirs}_{name}"]  # (gate * unit, ...)
            arrays[f"{ours}_{part}"] = stacked.reshape(GATES, -1, *stacked.shape[1:])
    arrays["output_w"] = source["fc_w"]  # (phoneme, unit)
    arrays["output_b"] = source["fc_b"]  # (phoneme,)
    return arrays


def to_bytes(arrays: Arrays) -> bytes:
    """An .npz which depends on the arrays alone: fixed times and order, nothing compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(arrays[name]), version=(1, 0))
            archive.writestr(entry, member.getvalue())
    return buffer.getvalue()


def read_checkpoint(path: Path) -> Arrays:
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != CHECKPOINT_SHA256:
        sys.exit(
            f"{path} has sha256 {found}; the checkpoint of g2p_en 2.1.0 has {CHECKPOINT_SHA256}. "
            "Download it again: pip download --no-deps g2p_en==2.1.0"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return dict(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("checkpoint", type=Path, help="g2p_en/checkpoint20.npz of g2p_en 2.1.0")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    built = to_bytes(convert(read_checkpoint(options.checkpoint)))
    if not options.check:
        TARGET.write_bytes(built)
    elif not TARGET.is_file() or TARGET.read_bytes() != built:
        sys.exit(f"{TARGET.name} is not what this checkpoint gives; run this without --check.")
    print(f"{TARGET.name}: {len(built):,} bytes, sha256 {hashlib.sha256(built).hexdigest()}")


if __name__ == "__main__":
    main()
