"""A visitor at the scene of their own model, and files to open there."""

import io
from collections.abc import Callable, Mapping
from typing import Any, Self

import torch

from gru_core.formats import npz
from gru_core.formats.model import ModelFile
from tests.app.visiting import Visit


class ModelVisit(Visit):
    """One visitor at the scene of their own model."""

    def upload(self, content: bytes, name: str = "model.npz", field: str = "file") -> Self:
        return self.upload_all({name: content}, field)

    def upload_all(self, files: Mapping[str, bytes], field: str = "file") -> Self:
        given = [(name, content, "application/octet-stream") for name, content in files.items()]
        self.page.file_uploader(key=f"model_{field}_upload").set_value(given)
        return self._look(self.page.run())

    def set(self, widgets: str, key: str, value: Any) -> Self:
        getattr(self.page, widgets)(key=key).set_value(value)
        return self._look(self.page.run())

    @property
    def problems(self) -> list[str]:
        found: list[str] = self.told["problems"]
        return found


Open = Callable[..., ModelVisit]


def packed(*entries: Any) -> bytes:
    return npz.write(ModelFile("Gatescope", entries))


def saved(module: torch.nn.Module) -> bytes:
    """A file of PyTorch's with the weights of a module."""
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    return file.getvalue()
