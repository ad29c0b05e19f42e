"""What notes say of the GRU: each claim's link, followed by a click, shows it with its numbers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import expect

from app.claims import CLAIMS, Claim
from app.opening import scenes
from app.url import decode
from app.words.numbers import number
from benchmarks.browser import serving
from gru_core import run
from gru_core.analysis import kept_and_written
from gru_core.companions import companion
from gru_core.edits import Situation
from gru_core.gradients import gradient_by_distance
from tests.browser.driver import Stage, figures, traces_of, with_edits
from tests.browser.lensing import (
    chart,
    csv,
    drawn,
    expect_captions,
    expect_csv,
    held_traces,
    notes,
    screen,
    settled,
    table,
    words,
)
from tests.browser.menu import csv as csv_of_plot
from tests.browser.opened import Opened, await_equations, equations, expect_wiring

Core = Callable[..., Situation]
Check = Callable[[Stage, Core], None]
MEASURED = 60_000  # milliseconds for all sizes, beside other work


def to_claims(stage: Stage) -> None:
    """From any screen to the page of claims."""
    stage.page.get_by_role("link", name="What notes say of the GRU").click()
    stage.page.locator(".gs-claims").wait_for()


def inside_notes(stage: Stage) -> list[str]:
    """The notes below the equations."""
    return stage.page.locator(".gs-inside > .gs-notes p").all_inner_texts()


def left(line: str) -> dict[str, tuple[float, float]]:
    """What is left of each cell's gradient, and of how much, as the sentence says it."""
    found = re.findall(r"(GRU|LSTM|plain RNN) ([^ ,]+(?: · 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?) of ([\d.]+)", line)
    return {name: (told(some), float(whole)) for name, some, whole in found}


def told(text: str) -> float:
    """A number as sentences write it, such as 1.5 · 10⁻⁸."""
    plain = text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-"))
    mantissa, _, power = plain.partition(" · 10")
    return float(mantissa) * 10.0 ** int(power or 0)


# One check for each claim ---------------------------------------------------------------------


def of_its_year(stage: Stage, core: Core) -> None:
    [first] = [one for one in CLAIMS if one.number == 1]
    assert "2014 (Cho et al.," in first.says
    assert "EMNLP 2014" in first.says
    rows = equations(stage)
    # The reset gate acts on h before U, z keeps, and there is no second bias.
    assert rows["candidate"][0] == "rt⊙ht−1"
    assert rows["hidden"][0] == "ht=zt⊙ht−1+(1−zt)⊙h~t"
    assert not any("d" in row for found in rows.values() for row in found)
    await_equations(stage, Opened.at(core("book"), "cho"))


def gates_and_states(stage: Stage, core: Core) -> None:
    sections = stage.page.locator(".gs-wirings section")
    assert sections.locator("h3").all_inner_texts() == ["GRU", "LSTM"]
    for place, (gates, states) in enumerate([(2, 1), (3, 2)]):
        signs = sections.nth(place).locator("svg text").all_text_contents()
        assert signs.count("σ") == gates
        assert sections.nth(place).locator("[data-piece^=previous]").count() == states
    assert words(stage) == ["GRU: two gates, one state. LSTM: three gates, two states."]


def reset_entry_by_entry(stage: Stage, core: Core) -> None:
    for row in ("0.200·0.600=0.120", "0.400·0.500=0.200", "0.800·0.300=0.240"):
        assert equations(stage)["candidate"][:2] == ["rt⊙ht−1", f"={row}"]
        stage.press("ArrowDown")


def reset_shut_and_open(stage: Stage, core: Core) -> None:
    situation = core("slate")
    weights, x = situation.weights["gru"], situation.x
    from_x = x @ weights.w_x[2].T + weights.b_x[2]
    shut = held_traces(situation, "gru.reset.all.all_0.0")
    np.testing.assert_allclose(shut["gru"]["candidate"], np.tanh(from_x), atol=1e-15)
    expect_captions(stage, shut)
    step, unit = stage.cursor
    assert stage.shown("gru.candidate") == figures(np.tanh(from_x)[step, unit], 3)
    controls = stage.page.locator(".gs-holding")
    expect(controls.get_by_label("Of which units")).to_have_value("one")
    stage.page.get_by_role("button", name="GRU: r of every unit", exact=False).first.click()
    with stage.answered():
        controls.get_by_role("button", name="1", exact=True).click()
    settled(stage)
    opened = held_traces(situation, "gru.reset.all.all_1.0")["gru"]
    whole = from_x + opened.previous() @ weights.w_h[2].T + weights.b_h[2]
    assert not np.allclose(whole[step, unit], from_x[step, unit])
    assert stage.shown("gru.candidate") == figures(np.tanh(whole)[step, unit], 3)


def placement(stage: Stage, core: Core) -> None:
    before, after = (Opened.at(core("book"), key).trace["hidden"] for key in ("cho", "pytorch"))
    largest = float(np.abs(after - before).max())
    assert largest > 0.01
    assert f": that changes h by up to {number(largest)}." in " ".join(inside_notes(stage))


def polarity(stage: Stage, core: Core) -> None:
    trace, (step, unit) = traces_of(core("pulse"))["gru"], stage.cursor
    z, h = (trace[name][step, unit] for name in ("update", "hidden"))
    assert stage.shown("gru.update") == figures(np.float32(1 - z), 3) != figures(z, 3)
    assert stage.shown("gru.hidden") == figures(np.float32(h), 3)
    _, written = csv_of_plot(stage, "GRU update gate")
    _, hidden = csv_of_plot(stage, "GRU hidden state")
    np.testing.assert_array_equal(written, (1 - trace["update"]).T.astype(np.float32))
    np.testing.assert_array_equal(hidden[:, 1:], trace["hidden"].T.astype(np.float32))


def blend(stage: Stage, core: Core) -> None:
    trace, unit = traces_of(core("crowd"))["gru"], 25
    split = kept_and_written(trace)
    truth = np.stack([split.kept, split.written, trace["hidden"]])[:, :, unit].T
    kept, written, h = expect_csv(stage, "gru.kept", truth).values.T
    np.testing.assert_allclose(kept + written, h, atol=1e-8)
    _, tracks = csv_of_plot(stage, "GRU unit over time")
    candidate, hidden = tracks[:, -2], tracks[:, -1]
    old = np.concatenate([[0], hidden[:-1]])
    assert np.all((np.minimum(old, candidate) <= hidden) & (hidden <= np.maximum(old, candidate)))
    assert np.abs(hidden).max() < 1


def joined(stage: Stage, core: Core) -> None:
    opened = Opened(core("book"), notation=Opened.at(core("book"), "cho").notation, joined=True)
    await_equations(stage, opened)
    together = equations(stage)
    assert "[ht−1,xt]" in together["update"][0].replace(" ", "")
    stage.page.get_by_role("button", name="split: W x + U h").click()
    await_equations(stage, Opened.at(core("book"), "cho"))
    apart = equations(stage)
    for quantity, rows in together.items():
        assert rows[-1].rpartition("=")[2] == apart[quantity][-1].rpartition("=")[2]


def sets_of_weights(stage: Stage, core: Core) -> None:
    situation = core("crowd")
    gru, lstm = situation.weights["gru"], situation.weights["lstm"]
    rnn = core("crowd", "rnn").weights["rnn"]
    counts = [sum(part.size for part in (w.w_x, w.w_h, w.b_x, w.b_h)) for w in (rnn, gru, lstm)]
    assert counts == [counts[0], 3 * counts[0], 4 * counts[0]]
    assert words(stage)[0] == (
        f"With 3 inputs and 32 units, a plain RNN has {counts[0]:,} parameters, a GRU "
        f"{counts[1]:,} (3 times as many) and an LSTM {counts[2]:,} (4 times as many)."
    )
    shown = csv(stage, "parameters").values
    assert np.array_equal(shown[:, :2], shown[:, 2:] * [3, 4])


def times(stage: Stage, core: Core) -> None:
    said = stage.page.locator(".gs-words p").first
    expect(said).to_contain_text("Measured on this server on ", timeout=MEASURED)
    stage.wait()
    shown = table(stage, "times")
    sizes = [int(row.removesuffix(" units")) for row in shown.rows]
    assert sizes == [8, 16, 32, 64, 128, 256, 512]
    gru, lstm, rnn = (shown.values[:, shown.columns.index(n)] for n in ("GRU", "LSTM", "plain RNN"))
    assert np.all(rnn > 0)
    [line] = [one for one in words(stage) if one.startswith("With the same units,")]
    named = sizes if "at any size" in line else [int(n) for n in re.findall(r"\d+", line)]
    assert [size for size, one, other in zip(sizes, gru, lstm, strict=True) if one > other] == [
        size for size in named if gru[sizes.index(size)] != lstm[sizes.index(size)]
    ]
    ratios = (
        chart(stage, "ratios")
        .locator(".gs-drawing")
        .evaluate("({ data }) => data.map(({ y, marker }) => [Array.from(y), marker.symbol])")
    )
    for values, symbols in ratios:
        marked = [value <= 1 for value in values]
        assert len({symbol for symbol, mark in zip(symbols, marked, strict=True) if mark}) <= 1
        assert {s for s, m in zip(symbols, marked, strict=True) if m}.isdisjoint(
            s for s, m in zip(symbols, marked, strict=True) if not m
        )
    same_units = [value <= 1 for value in ratios[0][0]]
    assert [size for size, mark in zip(sizes, same_units, strict=True) if mark] == named


def gradients_survive(stage: Stage, core: Core) -> None:
    rnn = core("crowd", "rnn")
    every = {**core("crowd").weights, "rnn": rnn.weights["rnn"]}
    traces = traces_of(core("crowd")) | {"rnn": traces_of(rnn)["rnn"]}
    truth = {cell: gradient_by_distance(every[cell], traces[cell])["hidden"] for cell in every}
    [line] = words(stage)
    assert line.startswith("At step 1, 99 steps back, is left: ")
    shown = left(line)
    for cell, name in (("gru", "GRU"), ("lstm", "LSTM"), ("rnn", "plain RNN")):
        expected = figures(truth[cell][1], 3), figures(truth[cell][-1], 3)
        assert shown[name] == pytest.approx(expected, rel=1e-12)
    assert shown["GRU"][0] > 0.01
    assert shown["plain RNN"][0] < 1e-6 * shown["GRU"][0]


def gradients_vanish(stage: Stage, core: Core) -> None:
    shut = with_edits(core("pulse"), {f"gru.b_x.update.{unit}": -6 for unit in range(4)})
    trace = traces_of(shut)["gru"]
    truth = gradient_by_distance(shut.weights["gru"], trace)["hidden"][1]
    shown = left(words(stage)[0])["GRU"][0]
    assert shown == pytest.approx(figures(truth, 3), rel=1e-12)
    assert shown < 1e-40
    before = traces_of(core("pulse"))["gru"]["hidden"][-1, 3]
    assert before > 0.9  # the scene itself holds its pulse
    assert stage.shown("gru.update") < 0.003


def exposed(stage: Stage, core: Core) -> None:
    trace, (step, unit) = traces_of(core("slate"))["lstm"], stage.cursor
    expect_wiring(stage, Opened(core("slate"), "lstm"))
    await_equations(stage, Opened(core("slate"), "lstm"))
    c, o, h = (trace[name][step, unit] for name in ("cell", "output", "hidden"))
    assert h == pytest.approx(o * np.tanh(c), rel=1e-12)
    assert [stage.shown(f"lstm.{name}") for name in ("cell", "output", "hidden")] == [
        figures(np.float32(value), 3) for value in (c, o, h)
    ]
    assert stage.shown("lstm.cell") != stage.shown("lstm.hidden")


def time_constant(stage: Stage, core: Core) -> None:
    assert traces_of(core("pulse"))["gru"]["update"][7, 1] == 0.5
    assert -1 / np.log(0.5) == pytest.approx(1.44, abs=0.005)
    wanted = "1 step; time constant 1.44 steps, where 1/(1 − keep) would say 2."
    assert any(note.endswith(f"(GRU): {wanted}") for note in notes(stage))


def only_the_past(stage: Stage, core: Core) -> None:
    before, after = core("cue"), with_edits(core("cue"), {"x.17.0": -1})
    weights, scene = before.weights["gru"], screen(scene="cue").scene
    forward = [traces_of(one)["gru"]["hidden"] for one in (before, after)]
    other = companion(scene, weights, "backward", len(before.x))
    backward = [run(other, one.x[::-1])["hidden"][::-1] for one in (before, after)]
    assert np.array_equal(forward[0][:17], forward[1][:17])
    moved = np.abs(np.concatenate([now - old for old, now in (forward, backward)], axis=1).T)
    [line] = words(stage)
    assert "no forward state before step 18 has moved; backward states have, by up to" in line
    back = int(re.search(r"back to step (\d+)", line)[1])  # type: ignore[index]
    reached = moved[3:, :17].max(axis=0) >= 0.001
    assert back == int(np.flatnonzero(reached)[0]) + 1
    most = number(moved[3:, :17].max())
    assert line.endswith(f" have, by up to {most}, and by 0.001 or more back to step {back}.")
    [heatmap] = drawn(chart(stage, "moved"))
    assert len(heatmap["z"]) == 6
    shown = expect_csv(stage, "moved", moved).values
    assert not np.any(shown[:3, :17])


def coupled(stage: Stage, core: Core) -> None:
    gru = traces_of(core("cue"))["gru"]
    _, forget = csv_of_plot(stage, "LSTM forget gate")
    _, entered = csv_of_plot(stage, "LSTM input gate")
    _, c = csv_of_plot(stage, "LSTM cell state")
    np.testing.assert_allclose(forget + entered, 1, atol=1e-6)
    np.testing.assert_allclose(c[:, 1:], gru["hidden"].T, atol=1e-6)
    assert stage.shown("lstm.forget") == stage.shown("gru.update")
    assert stage.shown("lstm.cell") == stage.shown("gru.hidden")


CHECKS: Mapping[int, Check] = {
    1: of_its_year,
    2: gates_and_states,
    3: reset_entry_by_entry,
    4: reset_shut_and_open,
    5: placement,
    6: polarity,
    7: blend,
    8: joined,
    9: sets_of_weights,
    10: times,
    11: gradients_survive,
    12: gradients_vanish,
    15: exposed,
    16: time_constant,
    17: only_the_past,
    18: coupled,
}


def test_every_claim_has_a_check_and_every_check_a_claim() -> None:
    assert list(CHECKS) == [one.number for one in CLAIMS]


def test_the_page_of_claims_is_reached_from_the_stage_and_leads_back(page: Stage) -> None:
    page.open()
    to_claims(page)
    claims = page.page.locator(".gs-claims li")
    expect(claims).to_have_count(len(CLAIMS))
    for one, item in zip(CLAIMS, claims.all(), strict=True):
        assert item.get_attribute("value") == str(one.number)
        assert item.locator("p").first.inner_text() == one.says
        assert item.locator("p").last.inner_text() == f"See it {one.look}"
        assert item.locator("a").count() == 1
    page.page.get_by_role("link", name="Gatescope", exact=True).click()
    page.wait()
    assert page.cursor == (3, 3)


@pytest.mark.parametrize("base", ["", "course/gates"])
def test_opened_by_its_address_the_page_of_claims_asks_for_nothing_that_is_not_there(
    another: Callable[..., Stage], base: str
) -> None:
    """What is refused, or written to the browser's console, is a trouble of the page."""
    with serving(base=base) as server:
        page = another(url=server.url)
        for address in ("claims", "claims/"):
            page.page.goto(f"{server.url}/{address}")
            expect(page.page.locator(".gs-claims li")).to_have_count(len(CLAIMS))
            page.rest()
        page.page.get_by_role("link", name="Gatescope", exact=True).click()
        page.wait()
        page.page.go_back()
        expect(page.page.locator(".gs-claims li")).to_have_count(len(CLAIMS))
        page.page.close()


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: str(claim.number))
def test_the_link_of_a_claim_shows_it(page: Stage, core: Core, claim: Claim) -> None:
    to_claims(page)
    page.page.locator(f"#claim-{claim.number} a").click()
    page.page.locator(".gs-claims").wait_for(state="detached")
    page.wait()
    assert page.page.locator(".gs-notices p").count() == 0
    (wanted, refused), (shown, left_out) = (
        decode(link, scenes()) for link in (dict(claim.query), page.link)
    )
    assert refused == left_out == []
    assert replace(shown, step=None, unit=None) == replace(wanted, step=None, unit=None)
    if wanted.step is not None:
        assert page.cursor == (wanted.step, wanted.unit)
    CHECKS[claim.number](page, core)
