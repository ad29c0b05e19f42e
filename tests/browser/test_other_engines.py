"""The page in Firefox, and in the engine of Safari: what is clicked, typed and dragged there."""

import io
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image

from gru_core.situation import Situation
from tests.app.drawing import in_32_bits
from tests.browser import engines
from tests.browser.driver import SHORT, as_number, figures, traces_of, with_edits
from tests.browser.engines import Engine, let_go, opened, point, press, until
from tests.serving import Server

READY = "document.querySelector('.gs-stage')?.dataset.ack !== undefined"
# protobuf.js tries WebAssembly, which the policy of the page does not allow, and does without.
ALLOWED = "WebAssembly"
MARK = (
    "[...document.querySelectorAll('[role=option]')]"
    ".find((one) => one.textContent.startsWith('{name}')).id = 'marked'"
)


@pytest.fixture(scope="module", params=engines.BROWSERS)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A window of each, for all tests here."""
    if not engines.found(request.param):
        pytest.skip(f"there is no {engines.BROWSERS[request.param]}; install it")
    with opened(request.param) as running:
        yield running
        assert [said for said in running.complaints if ALLOWED not in said] == []


@pytest.fixture
def visit(engine: Engine, server: Server) -> Callable[[str], Engine]:
    """Opens a link with a stage."""

    def made(query: str) -> Engine:
        engine.go(f"{server.url}/{query}")
        until(engine, READY)
        return engine

    return made


def box(engine: Engine, selector: str) -> tuple[float, float, float, float]:
    """Left, top, width and height of an element in the window."""
    return tuple(
        until(
            engine,
            f"(() => {{ const box = document.querySelector({selector!r})?.getBoundingClientRect();"
            " return box?.width ? [box.x, box.y, box.width, box.height] : null; })()",
        )
    )


def click(engine: Engine, selector: str) -> None:
    """The middle of an element is clicked."""
    left, top, width, height = box(engine, selector)
    point(engine, (left + width / 2, top + height / 2))


def text(engine: Engine, selector: str) -> str:
    return str(engine.js(f"document.querySelector({selector!r})?.textContent ?? ''"))


def short(value: float) -> float:
    """A number of the core as a caption has it."""
    return figures(in_32_bits(value), SHORT)


def shown(engine: Engine, part: str) -> float:
    return as_number(
        until(engine, f"document.querySelector(\"[data-value='{part}']\")?.textContent")
    )


def test_the_numbers_on_show_are_those_of_the_core_and_it_computes_itself(
    visit: Callable[[str], Engine], core: Callable[..., Situation]
) -> None:
    page = visit("?scene=cue&t=12&u=2")
    for cell, trace in traces_of(core("cue")).items():
        for track in trace if cell == "gru" else ("hidden",):
            assert shown(page, f"{cell}.{track}") == short(trace[track][11, 1]), track
    until(page, "document.querySelector('.gs-stage').dataset.computes === 'here'")


def test_heatmaps_are_painted_and_then_drawn(visit: Callable[[str], Engine]) -> None:
    page = visit("?scene=cue")
    until(page, "document.querySelectorAll('.gs-painted').length > 5")
    until(page, "document.querySelectorAll('.gs-drawing.js-plotly-plot .heatmaplayer').length > 5")
    until(page, "!document.querySelector('canvas.gs-sketch')")
    left, top, width, height = box(
        page, "[data-part='gru.hidden'] .gs-plot:not(.gs-strip) .gs-area"
    )
    window = page.js("[innerWidth, innerHeight]")
    picture = np.asarray(Image.open(io.BytesIO(page.shot())).convert("RGB"))
    fine = picture.shape[1] / window[0]
    middle = picture[round((top + height / 6) * fine), round((left + width * 0.75) * fine)]
    assert int(middle[0]) > int(middle[2]) + 40  # unit 1 holds 0.65: orange


def test_a_drag_follows_at_once_and_is_in_the_link(
    visit: Callable[[str], Engine], core: Callable[..., Situation]
) -> None:
    page = visit("?scene=cue")
    until(page, "document.querySelector('.gs-stage').dataset.computes === 'here'")
    left, top, width, height = box(page, "input.gs-handle-slider")
    before, middle = shown(page, "gru.hidden"), top + height / 2
    point(page, *((left + width * share, middle) for share in (0.5, 0.7, 0.9)), held=True)
    until(page, f"document.querySelector(\"[data-value='gru.hidden']\").textContent !== '{before}'")
    assert "&e=" not in page.js("location.search")  # it is not let go of
    let_go(page)
    until(page, "location.search.includes('&e=')")
    target, value = (
        page.js("new URLSearchParams(location.search).get('e')").split("~")[0].split("_")
    )
    truth = traces_of(with_edits(core("cue"), {target: float(value)}))["gru"]["hidden"]
    step, unit = page.js(
        "['t', 'u'].map((one) => Number(new URLSearchParams(location.search).get(one)))"
    )
    assert shown(page, "gru.hidden") == short(truth[step - 1, unit - 1])
    until(page, "document.querySelector('.gs-checked').textContent.includes('NumPy')")
    page.go(page.js("location.href"))  # what another one sees who gets the link
    until(page, READY)
    assert shown(page, "gru.hidden") == short(truth[step - 1, unit - 1])


def test_keys_step_and_a_typed_number_is_taken(
    visit: Callable[[str], Engine], core: Callable[..., Situation]
) -> None:
    page = visit("?scene=cue&t=5&u=1")
    truth = traces_of(core("cue"))["gru"]["hidden"]
    press(page, engines.RIGHT)
    until(page, "document.querySelector('.gs-bar').textContent.includes('step 6')")
    assert shown(page, "gru.hidden") == short(truth[5, 0])
    left, top, width, height = box(page, "[data-part='x'] .gs-area")
    point(page, (left + width * 5.5 / 20, top + height * 0.75))  # the cue of step 6
    until(page, "document.querySelector('.gs-bar input:not([type=range])')?.offsetWidth > 0")
    press(page, *"1", engines.ENTER)
    until(page, "location.search.includes('e=x.5.1_1')")
    edited = traces_of(with_edits(core("cue"), {"x.5.1": 1.0}))["gru"]["hidden"]
    assert shown(page, "gru.hidden") == short(edited[5, 0])


def test_another_notation_and_another_scene_are_chosen(visit: Callable[[str], Engine]) -> None:
    page = visit("?scene=cue&notation=pytorch&t=5&u=1")
    keeps = shown(page, "gru.update")
    click(page, "[role=combobox][aria-label='Scene']")
    until(page, "document.querySelectorAll('[role=option]').length > 5")
    page.js(MARK.format(name="Four memories of one pulse"))
    click(page, "#marked")
    until(page, "document.querySelector('.gs-stage').dataset.opened.includes('pulse')")
    page = visit("?scene=cue&notation=chung&t=5&u=1")
    assert shown(page, "gru.update") == pytest.approx(1 - keeps, abs=5e-4)


@pytest.mark.parametrize("view", ["kept", "gradients", "phase"])
def test_a_view_draws_its_charts_before_what_has_a_picture(
    visit: Callable[[str], Engine], view: str
) -> None:
    page = visit(f"?scene=cue&view={view}")
    until(page, "document.querySelector('.gs-lens .js-plotly-plot .main-svg')?.clientWidth > 0")


def test_a_lesson_asks_and_the_quiz_answers(engine: Engine, server: Server) -> None:
    engine.go(f"{server.url}/?lesson=what-a-state-is.1")
    until(engine, READY)
    until(engine, "document.querySelector('.gs-lesson')?.textContent.length > 50")
    engine.go(f"{server.url}/quiz")
    until(engine, "document.querySelectorAll('.gs-quiz input[type=radio]').length > 1")
    click(engine, ".gs-quiz label")
    click(engine, ".gs-quiz .gs-quiz-main")
    until(engine, "document.querySelector('.gs-quiz').textContent.includes('Right')")
