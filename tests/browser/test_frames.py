"""What a frame of a drag does to the page: numbers are others, and nothing is made anew."""

from collections.abc import Callable

import pytest

from gru_core.situation import Situation
from tests.browser.driver import Stage

Core = Callable[..., Situation]

# Nodes that come and go while a number moves, by the class of what they are in; screen readers are
# told once.
MADE = """
() => {
  window.made = [];
  const own = (node) => (node instanceof Element ? node : node.parentElement)
    ?.closest(".gs-lens, .gs-hidden");
  window.watching = new MutationObserver((records) => records.forEach(({ target, addedNodes }) => {
    if (addedNodes.length && !own(target)) {
      window.made.push(`${target.nodeName} ${target.getAttribute("class")}: ${target.textContent}`);
    }
  }));
  window.watching.observe(document.querySelector(".gs-stage"), { subtree: true, childList: true });
  window.searched = 0;
  for (const kind of [Element.prototype, Document.prototype]) {
    const plain = kind.querySelectorAll;
    kind.querySelectorAll = function (...given) {
      window.searched += this.matches?.(".gs-stage") ?? true;
      return plain.apply(this, given);
    };
  }
}
"""
FRAMES = 12


@pytest.mark.parametrize(
    ("scene", "target"),
    [("pulse", "gru.b_x.update.3"), ("crowd", "gru.w_h.update.4.2"), ("crowd", "x.49.0")],
)
def test_a_frame_of_a_drag_makes_no_nodes_and_searches_the_page_for_none(
    page: Stage, core: Core, scene: str, target: str
) -> None:
    page.open(f"scene={scene}")
    page.drawn()
    page.rest()
    situation = core(scene)
    cell = page.cell_of(target, situation)
    with page.dragging(cell, -20):
        before = page.value
        page.page.evaluate(MADE)
        x, y = page.centre(cell)
        for frame in range(FRAMES):
            page.page.mouse.move(x, y - 24 - 2 * frame)
            page.frame()
        assert page.value != before
        assert page.page.evaluate("window.made") == []
        assert page.page.evaluate("window.searched") == 0
