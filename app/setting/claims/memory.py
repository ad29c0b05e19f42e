"""Claims about what the cell does: gradients, memory, directions, uses.

What training does to a claim step by step is not here yet: 13 and 14 are shown by networks that
have been trained.
"""

from typing import Final

from app.setting.claims.made import Claim, biases, see

LITTLE: Final = -6.0  # an update bias with which a gate keeps a quarter of a percent
ALMOST_SHUT: Final = -4.0  # an output bias with which a gate lets out two percent
LONG_WORD: Final = "antidisestablishmentarianism"


def _own(init: str, units: int) -> dict[str, str]:
    """100 steps of noise through a layer that is drawn: its matrices are the same for each init."""
    made = {"scene": "own", "source": "noise", "steps": "100", "units": str(units)}
    return made if init == "xavier" else {**made, "init": init}


MEMORY: Final = (
    Claim(
        11,
        "Because the state is a sum, gradients survive long spans; in a plain RNN they vanish.",
        "only if",
        "the update gates keep, which their biases decide. With zero biases a GRU's gradient "
        "vanishes before that of a plain RNN, which its own weights decide.",
        (
            see(
                "Biases for memories of up to 100 steps (chrono): much is left 99 steps back, most "
                "of it by the direct path.",
                label="Long memories",
                **_own("chrono", 32),
                view="gradients",
            ),
            see(
                "The same matrices, drawn from the same seed (Xavier): less is left of the GRU's "
                "gradient than of the plain RNN's.",
                label="Zero biases",
                **_own("xavier", 32),
                view="gradients",
            ),
        ),
    ),
    Claim(
        12,
        "The GRU eliminates the vanishing gradient.",
        "too strong",
        "Where the gate keeps almost nothing, its gradient vanishes too.",
        (
            see(
                "Four units whose gates keep a quarter of a per cent: of 2, 4.17 · 10⁻⁴⁷ is left "
                "99 steps back.",
                **_own("chrono", 4),
                view="gradients",
                e=biases("gru", "update", range(4), LITTLE),
            ),
            see(
                "The same four with biases for long memories: 0.349 is left.",
                label="Where they keep",
                **_own("chrono", 4),
                view="gradients",
            ),
        ),
    ),
    Claim(
        13,
        "Trained gates can hold information from long ago.",
        "true",
        "Seen in a network that others trained to pronounce words; how training brings it about is "
        "not shown here yet.",
        (
            see(
                "Unit 84 writes at the first letter of a long word, where h is 0.988, and keeps at "
                "least 97 % at each of the 28 steps after it: at the end h is 0.981.",
                scene="reader",
                word=LONG_WORD,
                view="kept",
                t="29",
                u="84",
            ),
        ),
    ),
    Claim(
        14,
        "Works well on small data, about as well as an LSTM.",
        "too strong",
        "It depends on the task. Of the six data sets of Chung et al. (2014) the GRU was ahead of "
        "the LSTM on four and behind it on two, on one of which a plain RNN was ahead of both.",
        (
            see(
                "One small series, each cell trained on it once: the plain RNN has the least error "
                "on later years.",
                scene="elnino",
                **{"with": "rnn"},
            ),
            see(
                "The LSTM, trained as they were, has the largest.",
                label="Beside an LSTM",
                scene="elnino",
            ),
        ),
    ),
    Claim(
        15,
        "The GRU exposes its whole state; the LSTM hides c behind an output gate.",
        "true",
        "What the LSTM keeps and writes is c; h is what its output gate lets out.",
        (
            see(
                "An LSTM's output gate with its bias at −4: unit 4 holds c = 0.978 and shows h = "
                "0.0135. The GRU shows all it has, h = 0.978.",
                scene="pulse",
                cell="lstm",
                t="10",
                u="4",
                e=biases("lstm", "output", range(3, 4), ALMOST_SHUT),
            ),
        ),
    ),
    Claim(
        16,
        "Where the gate keeps almost all, a unit copies; where it keeps almost nothing, it "
        "overwrites; its time constant is 1/(1 − keep).",
        "only if",
        "it keeps almost all: the time constant is −1/ln(keep), which 1/(1 − keep) only "
        "approximates.",
        (
            see(
                "Unit 2 keeps half: its time constant is 1.44 steps, not 2.",
                scene="pulse",
                view="memory",
                t="8",
                u="2",
            ),
        ),
    ),
    Claim(
        17,
        "A GRU sees only the past; a bidirectional one runs a second layer from the end.",
        "true",
        "Their outputs are joined, by concatenation as a rule.",
        (
            see(
                "The input of step 18 is changed: forward states before it stay as they are, "
                "backward ones move.",
                scene="cue",
                view="directions",
                e="x.17.0_-1.0~",
            ),
        ),
    ),
    Claim(
        18,
        "The update gate plays the part of the LSTM's input and forget gates, coupled: f = 1 − i.",
        "true",
        "An LSTM's own two are free of each other: it may keep all and write all.",
        (
            see(
                "An LSTM with coupled gates: f + i = 1 at every step, and its c is the GRU's h.",
                scene="cue",
                cell="lstm",
                t="12",
                u="1",
            ),
        ),
    ),
    Claim(
        19,
        "Used for text, time series, speech and music.",
        "true",
        "Each of them is here, trained by others or by us; more open from their files.",
        (
            see("A trained GRU reads a word.", label="Text", scene="reader"),
            see("Trained cells predict a sea's temperature.", label="A series", scene="elnino"),
            see(
                "A GRU of the codec Opus listens: at step 163, 13 steps into a tune, it takes it "
                "for music.",
                label="Speech and music",
                scene="speech",
                t="163",
                u="17",
            ),
        ),
    ),
    Claim(
        20,
        "It is light, having no cell state and only two gates; the reset gate controls the "
        "influence of past inputs; the update gate updates the previous hidden state.",
        "too strong",
        "It is light by three sets of weights instead of four: a cell state has no parameters. The "
        "reset gate scales the past state, and that for the candidate only. The update gate mixes "
        "the old state and the candidate.",
        (
            see(
                "Parameters and multiply-adds of the three cells.",
                label="Light",
                scene="slate",
                view="cost",
            ),
            see(
                "At step 8 a word begins: r of unit 1 is near 0, and its candidate is that of the "
                "letter alone.",
                label="Reset",
                scene="slate",
                t="8",
                u="1",
            ),
            see(
                "Unit 3 keeps some of the pulse at every step: z h, and (1 − z) times its "
                "candidate, which is 0.",
                label="Update",
                scene="pulse",
                view="kept",
                t="8",
                u="3",
            ),
        ),
    ),
)
