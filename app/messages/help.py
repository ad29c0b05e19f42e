"""A word of help on the controls above the stage whose labels are hidden; the stage shows it."""

HELP = {
    "scene": "What is read and by whom: each scene has a story and something to try.",
    "word": "Any English word of up to 40 letters, read letter by letter.",
    "settings": "What stands beside the GRU, the notation, who computes, the order of units, and a "
    "matrix to paste.",
    "export": "Weights, traces and a PyTorch script, as files.",
    "open-own": "A sequence of your own, pasted, typed, drawn or generated.",
    "open-model": "A file of weights of yours: PyTorch, Keras, ONNX, safetensors.",
    "own_more": "Paste or upload the input.",
}
