"""Build assets/models/listener.npz: the GRU by which Opus tells music from speech.

    apt-get source opus=1.3.1-3 pocketsphinx=0.8+5prealpha+1-15
    (cd opus-1.3.1 && ./configure --disable-shared --disable-asm --disable-rtcd \\
        --disable-intrinsics CFLAGS="-O2 -ffp-contract=off" && make libopus.la)
    python -m scripts.listen_opus opus-1.3.1 pocketsphinx-*/test/data/librivox

The weights are read from src/mlp_data.c; no value changes. Sound is made here: a sentence that a
volunteer has read, then a tune on plucked strings. Opus itself, with scripts/opus_features.c around
it, says what its first layer reads of each 20 ms and what its last one makes of them: that is kept,
the sound is not. The same sources give the same file to the last bit on one machine; `--check`
compares with the file that is there, to within TOLERANCE, and writes nothing.
"""

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import wave
from pathlib import Path
from typing import Final

import numpy as np

from gru_core.scenes.listener import CLIPS
from scripts.convert_reader import Arrays, to_bytes

TARGET = Path(__file__).parents[1] / "assets" / "models" / "listener.npz"
DATA_SHA256 = "c66f365c20f99008959ef906fc5b7a370cd5edcb6c02b2962a3d46fdbb92b0c7"
RATE, FRAME = 16_000, 320  # samples a second, and in 20 ms
SEED = 1
TOLERANCE = 1e-4

# Both tunes are older than any copyright: note and length in beats.
ODE: Final = "E4 1 E4 1 F4 1 G4 1 G4 1 F4 1 E4 1 D4 1 C4 1"  # Beethoven, 1824
JACQUES: Final = "F3 1 G3 1 A3 1 F3 1 F3 1 G3 1 A3 1 F3 1 A3 1 A#3 1 C4 2"  # Frère Jacques, France
# By CLIPS: the sentence of the LibriVox recording, the tune, seconds a beat, frames of each.
HEARD: Final = {
    "shown": ("0880", ODE, 0.4, (149, 151)),
    "unseen": ("0930", JACQUES, 0.3, (150, 150)),
}
SENTENCE: Final = "sense_and_sensibility_01_austen_64kb-{}.wav"
SCALE: Final = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
CHORD: Final = ((0, 1.0), (-12, 0.6), (4, 0.4))  # semitones from the note, and how loud
LOUDEST: Final = 12_000.0
# Opus keeps its gates in the order update, reset, candidate.
GATES: Final = (1, 0, 2)
UNITS: Final = 24


def layers(source: str) -> Arrays:
    """The arrays of src/mlp_data.c in gru_core's layout, in 128ths."""
    found = {}
    for name, size, body in re.findall(r"opus_int8 (\w+)\[(\d+)\] = \{([^}]*)\}", source):
        found[name] = np.array(body.replace("\n", "").split(","), dtype=np.int8)
        assert found[name].size == int(size), name
    return {
        "first_w": found["layer0_weights"].reshape(-1, found["layer0_bias"].size),
        "first_b": found["layer0_bias"],
        "gru_w_x": _gates(found["layer1_weights"]),
        "gru_w_h": _gates(found["layer1_recur_weights"]),
        "gru_b": found["layer1_bias"].reshape(len(GATES), UNITS)[list(GATES)],
        "out_w": found["layer2_weights"].reshape(UNITS, -1),
        "out_b": found["layer2_bias"],
    }


def _gates(flat: np.ndarray) -> np.ndarray:
    """From (input, gate, unit) in Opus's order to (gate, unit, input) in gru_core's."""
    return flat.reshape(-1, len(GATES), UNITS).transpose(1, 2, 0)[list(GATES)]


def sentence(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(float)


def tune(notes: str, beat: float, rng: np.random.Generator) -> np.ndarray:
    """The notes one after the other, each a small chord that rings on. beat: in seconds."""
    words = notes.split()
    played = [
        (_key(note), float(beats)) for note, beats in zip(words[::2], words[1::2], strict=True)
    ]
    sound = np.zeros(int(RATE * (beat * sum(beats for _, beats in played) + 1)))
    at = 0
    for key, beats in played:
        for semitones, loud in CHORD:
            string = pluck(key + semitones, beats * beat + 0.6, rng)
            sound[at : at + len(string)] += loud * string[: len(sound) - at]
        at += int(RATE * beat * beats)
    return sound[:at] / np.abs(sound).max() * LOUDEST


def _key(note: str) -> int:
    """The number of a note on a keyboard, A4 being 69."""
    return 12 * (int(note[-1]) + 1) + SCALE.index(note[:-1])


def pluck(key: int, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """A plucked string: noise that goes round and is smoothed (Karplus and Strong, 1983)."""
    period = round(RATE / (440 * 2 ** ((key - 69) / 12)))
    string, sound = rng.uniform(-1, 1, period), np.empty(int(seconds * RATE))
    for at in range(len(sound)):
        here, after = at % period, (at + 1) % period
        sound[at] = string[here]
        string[here] = 0.498 * (string[here] + string[after])
    return sound


def hear(opus: Path, sound: np.ndarray) -> np.ndarray:
    """What Opus makes of it, (step, 25 features and two probabilities)."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "features"
        includes = [f"-I{opus / name}" for name in (".", "include", "celt", "silk", "src")]
        code = Path(__file__).with_name("opus_features.c")
        made = [*("-O2", "-ffp-contract=off", "-DHAVE_CONFIG_H"), *includes, str(code)]
        library = str(opus / ".libs" / "libopus.a")
        subprocess.run(["cc", *made, library, "-lm", "-o", str(program)], check=True)
        samples = np.clip(sound, -32768, 32767).astype("<i2").tobytes()
        said = subprocess.run([str(program)], input=samples, capture_output=True, check=True)
    return np.array([line.split() for line in said.stdout.decode().splitlines()], np.float32)


def build(opus: Path, recordings: Path) -> Arrays:
    """Everything in the file: the three layers, and of each clip features and what Opus said."""
    source = (opus / "src" / "mlp_data.c").read_bytes()
    found = hashlib.sha256(source).hexdigest()
    if found != DATA_SHA256:
        sys.exit(f"src/mlp_data.c has sha256 {found}; that of Opus 1.3.1 has {DATA_SHA256}.")
    arrays, rng = layers(source.decode()), np.random.default_rng(SEED)
    for clip in CLIPS:
        name, notes, beat, (spoken, played) = HEARD[clip]
        speech = sentence(recordings / SENTENCE.format(name))[: spoken * FRAME]
        heard = hear(opus, np.concatenate([speech, tune(notes, beat, rng)[: played * FRAME]]))
        assert len(heard) == spoken + played, clip
        arrays[f"{clip}_features"], arrays[f"{clip}_opus"] = heard[:, :-2], heard[:, -2]
        arrays[f"{clip}_speech"] = np.array([spoken])
    return arrays


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("opus", type=Path, help="the source of Opus 1.3.1, built")
    parser.add_argument("recordings", type=Path, help="the folder with the LibriVox sentences")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args()
    arrays = build(options.opus, options.recordings)
    if options.check:
        with np.load(TARGET, allow_pickle=False) as file:
            off = max(np.abs(file[name] - arrays[name].astype(float)).max() for name in arrays)
        if off > TOLERANCE:
            sys.exit(f"{TARGET.name} is up to {off:.1e} off; run this without --check.")
        print(f"{TARGET.name} agrees to {off:.1e}.")
        return
    built = to_bytes(arrays)
    TARGET.write_bytes(built)
    print(f"{TARGET.name}: {len(built):,} bytes, sha256 {hashlib.sha256(built).hexdigest()}")


if __name__ == "__main__":
    main()
