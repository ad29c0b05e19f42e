"""Claims about what the cell is: its history, its equations, its parameters."""

from typing import Final

from app.setting.claims.made import Claim, see

CELL: Final = (
    Claim(
        1,
        "The GRU was introduced in 2016.",
        "wrong",
        "It was in 2014: Cho et al., Learning Phrase Representations using RNN Encoder–Decoder, "
        "EMNLP 2014. Version 1 of that paper on arXiv (1406.1078) has the reset after the product, "
        "version 3, which was published, before it.",
        (
            see(
                "The equations of version 3: reset before the product, z keeps. The paper prints "
                "no biases; here each gate has one.",
                scene="book",
                notation="cho",
            ),
            see(
                "The reset acts after the product, as in PyTorch.",
                label="Version 1",
                scene="book",
                notation="after.keep.1",
            ),
        ),
    ),
    Claim(
        2,
        "Two gates and one state, against the LSTM's three gates and two states.",
        "true",
        "So it is of today's LSTM. That of Hochreiter and Schmidhuber (1997) had two gates; the "
        "forget gate came with Gers, Schmidhuber and Cummins (2000).",
        (
            see("Both wirings, one below the other.", scene="pulse", view="wirings"),
            see(
                "The forget gate is held at 1, as if there were none: c only adds up, so that all "
                "four units hold the pulse.",
                label="The LSTM of 1997",
                scene="pulse",
                cell="lstm",
                view="holding",
                do="lstm.forget.all.all_1.0",
            ),
        ),
    ),
    Claim(
        3,
        "The reset gate scales the old state entry by entry: 0.2·0.6 = 0.12, 0.4·0.5 = 0.20, "
        "0.8·0.3 = 0.24.",
        "true",
        "r = 0.2 keeps 20 % of 0.6 for the candidate; the state itself stays as it is.",
        (
            see(
                "The candidate's equation of each of the three units at step 1.",
                scene="book",
                t="1",
                u="1",
            ),
        ),
    ),
    Claim(
        4,
        "With r = 0 the candidate ignores the past; with r = 1 all of the past enters it.",
        "true",
        "Of the candidate only: what a unit holds goes where the update gate writes, so that a "
        "reset gate alone erases nothing.",
        (
            see(
                "r is held at 0 for every unit: the candidate is tanh of the input's part alone. "
                "Hold it at 1, and all of h enters.",
                scene="slate",
                t="7",
                u="1",
                view="holding",
                do="gru.reset.all.all_0.0",
            ),
        ),
    ),
    Claim(
        5,
        "The candidate is tanh(W·[r⊙h, x] + b).",
        "only if",
        "the reset acts before the product, as in version 3 of Cho et al. (2014) and most "
        "textbooks. In version 1, PyTorch and cuDNN it acts after it, which is not the same; and "
        "the paper prints no b.",
        (
            see(
                "The book's numbers with the reset after the product: the notes below the "
                "equations say by how much h changes.",
                scene="book",
                notation="pytorch",
            ),
        ),
    ),
    Claim(
        6,
        "A high z means more of the present.",
        "only if",
        "z writes, as in Chung et al. (2014). Where it keeps (Cho et al. 2014, PyTorch, Keras, "
        "ONNX) a high z means more of the past. Notes mix both.",
        (
            see(
                "z is high where the pulse enters: it writes.",
                scene="pulse",
                notation="after.write.2",
                t="4",
                u="4",
            ),
            see(
                "z is low there: it keeps. Its picture is inverted, and h is the same, bit for "
                "bit.",
                label="The other way round",
                scene="pulse",
                notation="pytorch",
                t="4",
                u="4",
            ),
        ),
    ),
    Claim(
        7,
        "The new state is a blend: each unit lies between its old value and its candidate, and "
        "with h₀ = 0 stays between −1 and 1.",
        "true",
        "Between −1 and 1 because the candidate ends in tanh.",
        (
            see(
                "Unit 3 goes from 0.3 towards its candidate 0.664 and comes to 0.482, half way, as "
                "z is 0.5.",
                scene="book",
                t="1",
                u="3",
            ),
            see(
                "What unit 29 kept and wrote at every step: h is their sum, and never leaves −1 to "
                "1.",
                label="Over 100 steps",
                scene="crowd",
                view="kept",
                t="48",
                u="29",
            ),
        ),
    ),
    Claim(
        8,
        "W·[h, x] on joined vectors is W x + U h.",
        "true",
        "The joined W is U and W side by side. Where the reset acts after the product, the "
        "candidate's two cannot be joined: r scales U h alone.",
        (
            see(
                "One product in every equation; the candidate's is 0.720, of unit 1 at step 1.",
                scene="book",
                form="joined",
                t="1",
                u="1",
            ),
            see(
                "Two products in its place, and the same 0.720.",
                label="Split",
                scene="book",
                t="1",
                u="1",
            ),
        ),
    ),
    Claim(
        9,
        "Three sets of weights: three times the parameters of a plain RNN; the LSTM has four.",
        "true",
        "With as many inputs and units, and as many biases a gate.",
        (see("Parameters over the number of units.", scene="crowd", view="cost"),),
    ),
    Claim(
        10,
        "Fewer parameters, hence faster than an LSTM.",
        "too strong",
        "A step has three quarters of the multiply-adds. Whether it takes less time depends on the "
        "sizes, the code and the machine.",
        (
            see(
                "The time of a step, measured on this server. What differs by chance is marked as "
                "no difference.",
                scene="crowd",
                view="cost",
                of="time",
            ),
        ),
    ),
)
