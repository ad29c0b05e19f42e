"""What the links of claims about the cell show, held to the core: one check for each link."""

import re
from collections.abc import Callable, Mapping

import numpy as np
from playwright.sync_api import expect

from app.setting.claims import CLAIMS
from app.words.numbers import number
from gru_core.situation import Situation
from tests.browser.driver import Stage, figures, traces_of
from tests.browser.lensing import (
    chart,
    csv,
    expect_captions,
    expect_csv,
    held_traces,
    settled,
    split_of,
    table,
    words,
)
from tests.browser.menu import csv as csv_of_plot
from tests.browser.opened import Opened, await_equations, equations

Core = Callable[..., Situation]
Check = Callable[[Stage, Core], None]
MEASURED = 60_000  # milliseconds for all sizes, beside other work


def inside_notes(stage: Stage) -> list[str]:
    """The notes below the equations."""
    return stage.page.locator(".gs-shown > .gs-notes p").all_inner_texts()


def published_version(stage: Stage, core: Core) -> None:
    [first] = [one for one in CLAIMS if one.number == 1]
    assert first.judged.startswith("Wrong. It was in 2014: Cho et al.")
    rows = equations(stage)
    # The reset gate acts on h before U, z keeps, and there is no second bias.
    assert rows["candidate"][0] == "rt⊙ht−1"
    assert rows["hidden"][0] == "ht=zt⊙ht−1+(1−zt)⊙h~t"
    assert not any("d" in row for found in rows.values() for row in found)
    await_equations(stage, Opened.at(core("book"), "cho"))


def first_version(stage: Stage, core: Core) -> None:
    """The product first: r scales all of it."""
    rows = equations(stage)
    assert "⊙(U" in rows["candidate"][0].replace("{", "")
    assert rows["hidden"][0].startswith("ht=zt⊙ht−1+(1−zt)⊙")
    await_equations(stage, Opened.at(core("book"), "after.keep.1"))


def gates_and_states(stage: Stage, core: Core) -> None:
    sections = stage.page.locator(".gs-wirings section")
    assert sections.locator("h3").all_inner_texts() == ["GRU", "LSTM"]
    for place, (gates, states) in enumerate([(2, 1), (3, 2)]):
        signs = sections.nth(place).locator("svg text").all_text_contents()
        assert signs.count("σ") == gates
        assert sections.nth(place).locator("[data-piece^=previous]").count() == states
    assert words(stage)[0] == "GRU: two gates, one state. LSTM: three gates, two states."


def without_a_forget_gate(stage: Stage, core: Core) -> None:
    held = held_traces(core("pulse"), "lstm.forget.all.all_1.0")
    expect_captions(stage, held)
    _, forget = csv_of_plot(stage, "LSTM forget gate")
    _, c = csv_of_plot(stage, "LSTM cell state")
    assert (forget == 1).all()
    assert (c[:, 5:] > 0.99).all(), "every unit holds the pulse of step 4"
    np.testing.assert_allclose(c[:, 1:], held["lstm"]["cell"].T, atol=1e-6)


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


def it_writes(stage: Stage, core: Core) -> None:
    trace, (step, unit) = traces_of(core("pulse"))["gru"], stage.cursor
    z, h = (trace[name][step, unit] for name in ("update", "hidden"))
    assert stage.shown("gru.update") == figures(np.float32(1 - z), 3) != figures(z, 3)
    assert stage.shown("gru.update") > 0.9
    assert stage.shown("gru.hidden") == figures(np.float32(h), 3)
    _, written = csv_of_plot(stage, "GRU update gate")
    _, hidden = csv_of_plot(stage, "GRU hidden state")
    np.testing.assert_array_equal(written, (1 - trace["update"]).T.astype(np.float32))
    np.testing.assert_array_equal(hidden[:, 1:], trace["hidden"].T.astype(np.float32))


def it_keeps(stage: Stage, core: Core) -> None:
    trace = traces_of(core("pulse"))["gru"]
    assert stage.shown("gru.update") < 0.1
    _, kept = csv_of_plot(stage, "GRU update gate")
    _, hidden = csv_of_plot(stage, "GRU hidden state")
    np.testing.assert_allclose(kept, trace["update"].T, atol=1e-7)
    np.testing.assert_array_equal(hidden[:, 1:], trace["hidden"].T.astype(np.float32))


def half_way(stage: Stage, core: Core) -> None:
    """The old value, the candidate and the new state stand in one equation."""
    rows = equations(stage)["hidden"]
    assert "0.500·0.300" in "".join(rows)
    assert "0.500·0.664" in "".join(rows)
    assert rows[-1] == "=0.150+0.332=0.482"


def blend(stage: Stage, core: Core) -> None:
    trace, (step, unit) = traces_of(core("crowd"))["gru"], stage.cursor
    kept, written, h, *_ = expect_csv(stage, "gru.kept", split_of(trace, unit)).values.T
    np.testing.assert_allclose(kept + written, h, atol=1e-8)
    assert min(abs(kept[step]), abs(written[step])) > 0.15
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
    assert "=tanh(0.720)=0.617" in together["candidate"]
    assert not any("·" in row for row in together["candidate"][2:]), "one product, summed"


def apart(stage: Stage, core: Core) -> None:
    await_equations(stage, Opened.at(core("book"), "cho"))
    candidate = equations(stage)["candidate"]
    assert "=tanh(0.720)=0.617" in candidate
    assert "0.500·1.00" in "".join(candidate), "W x, and U h beside it"


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
    stage.drawn(".gs-charts")
    ratios, [band] = (
        chart(stage, "ratios")
        .locator(".gs-drawing.js-plotly-plot")
        .evaluate(
            "({ data, layout }) => [data.map(({ y, marker }) => [Array.from(y), marker.symbol]), "
            "layout.shapes.filter(({ type }) => type === 'rect').map(({ y1 }) => y1)]"
        )
    )
    for values, symbols in ratios:
        for value, symbol in zip(values, symbols, strict=True):
            expected = "circle" if value > band else "x" if value < 1 / band else "circle-open"
            assert symbol == expected
    np.testing.assert_allclose(ratios[0][0], lstm / gru, rtol=0.02)
    [line] = [one for one in words(stage) if one.startswith("With the same units,")]
    parts = {
        "circle": ("faster", line), "circle-open": ("no difference", line), "x": ("slower", line)
    }  # fmt: skip
    for symbol, (said_so, text) in parts.items():
        there = [size for size, one in zip(sizes, ratios[0][1], strict=True) if one == symbol]
        found = [part for part in text.split(";") if said_so in part]
        assert bool(found) == bool(there), (text, there)
        if found and " size." not in text:
            assert [int(n) for n in re.findall(r"\d+", found[0])] == there


CELL_CHECKS: Mapping[int, tuple[Check, ...]] = {
    1: (published_version, first_version),
    2: (gates_and_states, without_a_forget_gate),
    3: (reset_entry_by_entry,),
    4: (reset_shut_and_open,),
    5: (placement,),
    6: (it_writes, it_keeps),
    7: (half_way, blend),
    8: (joined, apart),
    9: (sets_of_weights,),
    10: (times,),
}
