"""Models with an embedding and a head, as PyTorch saves them, to be opened as wholes."""

import torch
from torch import nn

TOKENS, INPUTS, UNITS, CLASSES = 30, 6, 5, 3


class Classifier(nn.Module):
    """An embedding, two recurrent layers and a head, with the words of both ends."""

    def __init__(self, cell="GRU", both=False, seed=0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.vocab = {f"w{at}": at for at in range(TOKENS)}
        self.classes = ["down", "up", "still"]
        self.embedding = nn.Embedding(TOKENS, INPUTS, padding_idx=0)
        self.drop = nn.Dropout(0.5)
        options = {"num_layers": 2, "bidirectional": both, "batch_first": True}
        self.rnn = getattr(nn, cell)(INPUTS, UNITS, **options)
        width = UNITS * (1 + both)
        self.head = nn.Sequential(
            nn.Linear(width, 8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, CLASSES)
        )

    def forward(self, tokens):
        return self.head(self.drop(self.rnn(self.embedding(tokens))[0]))


class Plain(nn.Module):
    """An embedding, a layer and one linear layer: shapes leave one reading."""

    def __init__(self, inputs=INPUTS, units=UNITS, seed=0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.emb = nn.Embedding(TOKENS, inputs)
        self.rnn = nn.LSTM(inputs, units)
        self.out = nn.Linear(units, CLASSES)

    def forward(self, tokens):
        return self.out(self.rnn(self.emb(tokens))[0])


class TwoLinear(nn.Module):
    """Two linear layers, of which a state dict does not say what stands between them."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.emb = nn.Embedding(TOKENS, INPUTS)
        self.rnn = nn.GRU(INPUTS, UNITS)
        self.fc1, self.fc2 = nn.Linear(UNITS, 8), nn.Linear(8, 2)

    def forward(self, tokens):
        return self.fc2(torch.relu(self.fc1(self.rnn(self.emb(tokens))[0])))


def answer(model, tokens):
    """What the model itself says, in numbers."""
    with torch.no_grad():
        return model.eval()(torch.as_tensor(tokens)).numpy()
