"""A visitor at the first page, seen from the server's side.

AppTest mounts the stage's component: its bytes are read from the page's elements, and its events
are put where the browser puts them. What happens inside the browser is tested in tests/browser.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from streamlit.testing.v1 import AppTest

from app.controls.mount import KEY
from app.screen.screen import screen_of
from app.setting.setting import Setting
from tests.app.drawing import in_32_bits

Unpack = Callable[[bytes], Any]

APP = Path(__file__).parents[2] / "app"


class Visit:
    """One visitor at the first page, from the server's side."""

    def __init__(self, unpack: Unpack, browser: Any, query: Mapping[str, str]) -> None:
        self.unpack, self.browser = unpack, browser
        self.page = AppTest.from_file(APP / "main.py", default_timeout=30)
        self.page.query_params.update(query)
        self.seq = 0
        self._look(self.page.run())

    def choose(self, name: str, value: str) -> Self:
        """Choose in one of the stage's own lists."""
        return self.send({"kind": "choose", "name": name, "value": value})

    @property
    def chosen(self) -> dict[str, str]:
        """What the stage's own lists show."""
        found: dict[str, str] = self.told["chosen"]
        return found

    @property
    def offered(self) -> dict[str, Any]:
        """What they offer, by their names."""
        places = ("choices.scene", "choices.settings")
        return {one["name"]: one for place in places for one in self.browser[place]["offered"]}

    def type_word(self, word: str) -> Self:
        self.page.text_input(key="word").set_value(word)
        return self._look(self.page.run())

    def look(self) -> Self:
        """Let the page run, and see what is there then."""
        return self._look(self.page.run())

    def go(self, query: Mapping[str, str]) -> Self:
        """The visitor changes the address, or goes back to an earlier one."""
        self.page.query_params.clear()
        self.page.query_params.update(query)
        return self._look(self.page.run())

    def send(self, *events: Mapping[str, Any]) -> Self:
        """Events of the stage, numbered as the browser numbers them."""
        numbered = []
        for event in events:
            self.seq += 1
            numbered.append({"seq": self.seq, **event})
        return self.send_raw({"client": "test", "events": numbered})

    def send_raw(self, value: Any) -> Self:
        states = self.page._tree.get_widget_states()
        state = states.widgets.add()
        state.id = f"$$STREAMLIT_INTERNAL_KEY_{self._stage().id}__events"
        state.json_trigger_value = json.dumps([{"event": "event", "value": value}])
        return self._look(self.page._run(states))

    def hidden(self, cell: str) -> np.ndarray:
        """The hidden states on screen, (step, unit)."""
        return self.browser.hidden(self.told, cell)

    @property
    def query(self) -> dict[str, str]:
        """The address, one text for each name."""
        return {
            name: value[-1] if isinstance(value, list) else value
            for name, value in self.page.query_params.items()
        }

    @property
    def edits(self) -> dict[str, float]:
        return {edit["target"]: edit["value"] for edit in self.told["edits"]}

    def _stage(self) -> Any:
        (stage,) = [node.proto for node in self.page.main if node.key == KEY]
        return stage

    def _look(self, page: AppTest) -> Self:
        assert [(error.message, error.stack_trace) for error in page.exception] == []
        self.told = self.unpack(self._stage().bytes)
        self.browser.take(self.told)
        return self


def assert_shows(here: Visit, setting: Setting) -> None:
    """The hidden states on screen are those of the core for this setting."""
    for cell, trace in screen_of(setting).traces.items():
        np.testing.assert_array_equal(here.hidden(cell), in_32_bits(trace["hidden"]))
