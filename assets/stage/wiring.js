// @ts-nocheck
// The three cells as tables: what stands where, which wire runs from which to which, and what each
// part is in words. Positions are centres in viewBox units; diagram.js draws them.
//
// A part is one quantity's share of a sub-step and is chosen as a whole; its items are vectors,
// operations and blocks of learned weights. A wire is [from, side, to, side, bends]: it leaves along
// its side, turns at each bend (an x or a y, in turn) and ends at the other side; `gaps` are where it
// passes under another wire. Where a block adds two products they are stacked: U h over W x.

export const SUBSTEPS = {
  gru: ["reset", "update", "candidate", "hidden"],
  lstm: ["forget", "input", "candidate", "cell", "output", "hidden"],
  rnn: ["sum", "hidden"],
};

export const VECTOR = { width: 13, height: 42 };
export const BLOCK = { width: 28, height: 20 };

// Half the distance between the lanes of the old state and the input where they run side by side.
const LANE = 4;
const CORNER = 7;
const GAP = 4;

// ends: what gates and states end in, { gate, state }, each { symbol, says }.
// { size, says, parts, wires }: says and each part's says make a sentence of the quantities' words;
// each wire has its corner points, the quantities at its ends, and the sub-step it leads into.
export function wiring({ cell, ends, placement, polarity }) {
  const table = {
    gru: () => gru(ends, placement === "before", polarity !== "write"), lstm: () => lstm(ends), rnn: () => rnn(ends),
  }[cell]();
  const places = new Map();
  for (const { quantity, step, items } of table.parts) {
    for (const item of items) places.set(item.id, { item, quantity, step });
  }
  return { ...table, wires: table.wires.map((row) => wire(row, places)) };
}

function gru(ends, before, keep) {
  const [top, middle, low, bottom] = [44, 126, 188, 234];
  const oneMinus = operation("one_minus", "1−", keep ? [304, middle] : [286, 85]);
  const [kept, written] = keep ? ["z", "1 − z"] : ["1 − z", "z"];
  const past = before ? "old state" : "old state’s product with U";
  const recurrence = before
    ? block("recurrence", "U", [195, low], "what the reset gate lets through")
    : block("recurrence", "U", [146, 85]);
  const recall = before
    ? [["previous", "right", "reset_times", "top"], ["reset_hidden", "right", "recurrence", "left"]]
    : [["previous", "right", "recurrence", "top"], ["recurrence", "bottom", "reset_times", "top"]];
  return {
    size: [420, 264],
    rail: { of: "hidden", y: top },
    says: (q) => `One step of a GRU, left to right: the ${q.reset} decides how much of the old state enters the ` +
      `${q.candidate}; the ${q.update} blends the old state with the candidate into the new ${q.hidden}.`,
    parts: [
      part("previous", "hidden", null, (q) => `old ${q.hidden}: what the step before left`,
        vector("previous", [20, top], { of: "hidden", sub: "t−1" })),
      part("x", "x", null, (q) => `${q.x} of this step`, vector("x", [20, bottom], { of: "x", sub: "t" })),
      part("reset", "reset", "reset", (q) => `${q.reset}: how much of the old state enters the candidate`,
        block("reset_in", "UW", [66, middle]), activation("reset_squash", ends.gate, [95, middle]),
        vector("reset", [118, middle], { of: "reset" })),
      part("update", "update", "update", (q) => keep
        ? `${q.update}: how much of the old state is kept; the rest is written anew`
        : `${q.update}: how much of the candidate is written; the rest stays as it was`,
        block("update_in", "UW", [216, middle]), activation("update_squash", ends.gate, [245, middle]),
        vector("update", [268, middle], { of: "update" })),
      part("reset_hidden", "reset", "candidate", (q) => `the ${past}, times the ${q.reset}`,
        operation("reset_times", "⊙", [146, middle]), vector("reset_hidden", [before ? 167 : 184, low])),
      part("candidate", "candidate", "candidate", (q) => `${q.candidate}: the new content proposed for the state`,
        recurrence, block("input_in", "W", [238, 216]),
        operation("candidate_plus", "+", [238, low]), activation("candidate_squash", ends.state, [267, low]),
        vector("candidate", [297, low], { of: "candidate" })),
      part("kept", "update", "hidden", () => `kept: the old state, times ${kept}`,
        operation("keep_times", "⊙", [286, top]), vector("kept", [350, top], { text: "kept" }),
        keep ? null : oneMinus),
      part("written", "update", "hidden", () => `written: the candidate, times ${written}`,
        keep ? oneMinus : null, operation("write_times", "⊙", [327, middle]),
        vector("written", [350, middle], { text: "written" })),
      part("hidden", "hidden", "hidden", (q) => `new ${q.hidden}: kept plus written`,
        operation("hidden_plus", "+", [374, top]), vector("hidden", [396, top], { of: "hidden", sub: "t" })),
    ],
    wires: [
      ["previous", "right", "reset_in", "top"],
      ["previous", "right", "update_in", "top"],
      ["previous", "right", "keep_times", "left"],
      ...recall,
      ["x", "right", "reset_in", "bottom"],
      ["x", "right", "update_in", "bottom", [], { gaps: [[216, low]] }],
      ["x", "right", "input_in", "bottom"],
      ["reset_in", "right", "reset_squash", "left"],
      ["reset_squash", "right", "reset", "left"],
      ["reset", "right", "reset_times", "left"],
      ["reset_times", "bottom", "reset_hidden", "left"],
      [before ? "recurrence" : "reset_hidden", "right", "candidate_plus", "left"],
      ["input_in", "top", "candidate_plus", "bottom"],
      ["candidate_plus", "right", "candidate_squash", "left"],
      ["candidate_squash", "right", "candidate", "left"],
      ["candidate", "right", "write_times", "bottom"],
      ["update_in", "right", "update_squash", "left"],
      ["update_squash", "right", "update", "left"],
      ...(keep
        ? [["update", "right", "keep_times", "bottom"], ["update", "right", "one_minus", "left"],
          ["one_minus", "right", "write_times", "left"]]
        : [["update", "right", "write_times", "left"], ["update", "right", "one_minus", "bottom"],
          ["one_minus", "top", "keep_times", "bottom"]]),
      ["keep_times", "right", "kept", "left"],
      ["kept", "right", "hidden_plus", "left"],
      ["write_times", "right", "written", "left"],
      ["written", "right", "hidden_plus", "bottom"],
      ["hidden_plus", "right", "hidden", "left"],
      ["hidden", "right", [420, top]],
    ],
  };
}

function lstm(ends) {
  const { did, does } = squeeze(ends);
  const [top, middle, low, bottom] = [44, 126, 200, 248];
  // The old state and the input run side by side to every gate: the state left of, or above, x.
  const gate = (id, column, gaps) => [
    ["previous", "right", `${id}_in`, "left", id === "forget" ? [] : [40, bottom - 2 * LANE, column], {
      leave: -LANE, lane: -LANE,
    }],
    ["x", "right", `${id}_in`, "left", [column + 2 * LANE], { lane: LANE, gaps }],
    [`${id}_in`, "right", `${id}_squash`, "left"],
    [`${id}_squash`, "right", id, "left"],
  ];
  const under = (column) => [[column + 2 * LANE, bottom - 2 * LANE]];
  return {
    size: [490, 278],
    rail: { of: "cell", y: top },
    says: (q) => `One step of an LSTM, left to right: the ${q.cell} runs along the top; the ${q.forget} keeps a part ` +
      `of it, the ${q.input} adds a part of the ${q.candidate}, and the ${q.output} shows a part of it as the ` +
      `${q.hidden}.`,
    parts: [
      part("previous_cell", "cell", null, (q) => `old ${q.cell}: what the step before left`,
        vector("previous_cell", [20, top], { of: "cell", sub: "t−1" })),
      part("previous", "hidden", null, (q) => `old ${q.hidden}: what the step before showed`,
        vector("previous", [20, middle], { of: "hidden", sub: "t−1" })),
      part("x", "x", null, (q) => `${q.x} of this step`, vector("x", [20, bottom], { of: "x", sub: "t" })),
      part("forget", "forget", "forget", (q) => `${q.forget}: how much of the old cell state is kept`,
        block("forget_in", "UW", [86, middle]), activation("forget_squash", ends.gate, [115, middle]),
        vector("forget", [138, middle], { of: "forget" })),
      part("input", "input", "input", (q) => `${q.input}: how much of the candidate is written`,
        block("input_in", "UW", [208, middle]), activation("input_squash", ends.gate, [244, middle]),
        vector("input", [274, middle], { of: "input" })),
      part("candidate", "candidate", "candidate", (q) => `${q.candidate}: the new content proposed for the cell state`,
        block("candidate_in", "UW", [208, low]), activation("candidate_squash", ends.state, [244, low]),
        vector("candidate", [274, low], { of: "candidate" })),
      part("kept", "forget", "cell", (q) => `kept: the old cell state, times the ${q.forget}`,
        operation("keep_times", "⊙", [160, top]), vector("kept", [250, top], { text: "kept" })),
      part("written", "input", "cell", (q) => `written: the candidate, times the ${q.input}`,
        operation("write_times", "⊙", [298, middle]), vector("written", [322, middle], { text: "written" })),
      part("cell", "cell", "cell", (q) => `new ${q.cell}: kept plus written`,
        operation("cell_plus", "+", [350, top]), vector("cell", [375, top], { of: "cell", sub: "t" })),
      part("output", "output", "output", (q) => `${q.output}: how much of the cell state is shown`,
        block("output_in", "UW", [368, low]), activation("output_squash", ends.gate, [397, low]),
        vector("output", [420, low], { of: "output" })),
      part("squashed", "cell", "hidden", (q) => `the ${q.cell}, ${does}`,
        activation("cell_squash", ends.state, [397, 85]), vector("squashed", [420, middle])),
      part("hidden", "hidden", "hidden", (q) => `new ${q.hidden}: the ${did} cell state, times the ${q.output}`,
        operation("show_times", "⊙", [444, middle]), vector("hidden", [467, middle], { of: "hidden", sub: "t" })),
    ],
    wires: [
      ...gate("forget", 52, under(52)),
      ...gate("input", 176, [...under(176), [184, low - LANE]]),
      ...gate("candidate", 176, under(176)),
      ...gate("output", 336),
      ["previous_cell", "right", "keep_times", "left"],
      ["forget", "right", "keep_times", "bottom"],
      ["keep_times", "right", "kept", "left"],
      ["kept", "right", "cell_plus", "left"],
      ["input", "right", "write_times", "left"],
      ["candidate", "right", "write_times", "bottom"],
      ["write_times", "right", "written", "left"],
      ["written", "right", "cell_plus", "bottom"],
      ["cell_plus", "right", "cell", "left"],
      ["cell", "right", "cell_squash", "top"],
      ["cell_squash", "bottom", "squashed", "left"],
      ["squashed", "right", "show_times", "left"],
      ["output", "right", "show_times", "bottom"],
      ["show_times", "right", "hidden", "left"],
      ["cell", "right", [488, top]],
      ["hidden", "right", [488, middle]],
    ],
  };
}

function rnn(ends) {
  const { does, into } = squeeze(ends);
  const [top, bottom] = [52, 132];
  return {
    size: [420, 172],
    says: (q) => `One step of a plain recurrent network, left to right: products of the old ${q.hidden} and the ` +
      `${q.x} are added and ${into} the new state; nothing is kept as it was.`,
    parts: [
      part("previous", "hidden", null, (q) => `old ${q.hidden}: what the step before left`,
        vector("previous", [44, top], { of: "hidden", sub: "t−1" })),
      part("x", "x", null, (q) => `${q.x} of this step`, vector("x", [44, bottom], { of: "x", sub: "t" })),
      part("sum", "hidden", "sum", () => "the sum of both products: it can have any size",
        block("recurrence", "U", [128, top]), block("input_in", "W", [128, bottom]),
        operation("sum_plus", "+", [210, top])),
      part("hidden", "hidden", "hidden", (q) => `new ${q.hidden}: the sum, ${does}`,
        activation("squash", ends.state, [276, top]), vector("hidden", [350, top], { of: "hidden", sub: "t" })),
    ],
    wires: [
      ["previous", "right", "recurrence", "left"],
      ["x", "right", "input_in", "left"],
      ["recurrence", "right", "sum_plus", "left"],
      ["input_in", "right", "sum_plus", "bottom"],
      ["sum_plus", "right", "squash", "left"],
      ["squash", "right", "hidden", "left"],
      ["hidden", "right", [384, top]],
    ],
  };
}

function part(id, quantity, step, says, ...items) {
  return { id, quantity, step, says, items: items.filter((item) => item !== null) };
}

// Label: the letter of a quantity with a subscript, or a word; without one it is a passing result.
function vector(id, at, label = {}) {
  return { id, kind: "vector", at, label };
}

function operation(id, text, at) {
  return { id, kind: "operation", text, at };
}

// What the numbers of a gate or a state come out of; end: { symbol, says } of the message.
function activation(id, { symbol, says }, at) {
  return { ...operation(id, symbol, at), says };
}

// What the activation of the state does to a number, in words.
function squeeze({ state }) {
  if (state.symbol !== "relu") return { did: "squeezed", does: "squeezed between −1 and 1", into: "squeezed into" };
  return { did: "positive part of the", does: "with 0 for whatever is below 0", into: "cut off at 0 to make" };
}

// Takes: what U multiplies.
function block(id, letters, at, takes = "the old state") {
  return { id, kind: "block", letters, at, takes };
}

// Half the width and height of an item as wires meet it.
export function halfSize({ kind, text, letters }) {
  if (kind === "vector") return [VECTOR.width / 2 + 1.5, 0];
  if (kind === "block") return [BLOCK.width / 2, (BLOCK.height * letters.length) / 2];
  if (text === "tanh") return [16.5, 8];
  if (text === "relu") return [15, 8];
  if (text === "1−") return [10, 8];
  return text === "⊙" || text === "+" ? [7, 7] : [8, 8];
}

function wire([from, side, to, end = "left", bends = [], { leave = 0, lane = 0, gaps = [] } = {}], places) {
  const origin = places.get(from);
  const target = places.get(to) ?? origin; // the wire out of the picture belongs to where it starts
  const finish = Array.isArray(to) ? to : anchor(target.item, end, lane);
  const { item: { text, kind, label } } = origin;
  const passing = text === "⊙" || (kind === "vector" && !label.of);
  return {
    from, gaps, points: route(anchor(origin.item, side, leave), side, finish, end, bends),
    step: target.step, quantities: [origin.quantity, target.quantity],
    color: passing ? null : origin.quantity, // what passes through is no longer one quantity
  };
}

function anchor(item, side, lane = 0) {
  const { at: [x, y] } = item;
  const [w, h] = halfSize(item);
  if (side === "left") return [x - w, y + lane];
  if (side === "right") return [x + w, y + lane];
  return [x, side === "top" ? y - h : y + h];
}

function route(start, side, finish, end, bends) {
  const lies = (name) => name === "left" || name === "right";
  let flat = lies(side);
  const points = [start];
  for (const bend of bends) {
    const [x, y] = points.at(-1);
    points.push(flat ? [bend, y] : [x, bend]);
    flat = !flat;
  }
  const [x, y] = points.at(-1);
  if (flat !== lies(end)) points.push(flat ? [finish[0], y] : [x, finish[1]]);
  return [...points, finish];
}

// One path along a wire, for what moves along it.
export function whole({ points }) {
  return pieces(points, [], []).join("");
}

// Wires from one place share their first stretch. Each stretch is drawn once: { path, wires }.
export function strands(wires) {
  const users = new Map();
  for (const one of wires) {
    const cuts = wires.filter(({ from }) => from === one.from).flatMap(({ points }) => turns(points));
    for (const piece of pieces(one.points, one.gaps, cuts)) users.set(piece, [...(users.get(piece) ?? []), one]);
  }
  const found = new Map();
  for (const [piece, of] of users) {
    const key = of.map((one) => wires.indexOf(one)).join();
    if (!found.has(key)) found.set(key, { path: "", wires: of });
    found.get(key).path += piece;
  }
  return [...found.values()];
}

// Where the rounded corners of a wire begin.
function turns(points) {
  return points.slice(1, -1).map((corner, i) => moved(corner, direction(points[i], corner), -radius(points, i + 1)));
}

// Straight runs and rounded corners, as paths; runs are interrupted at gaps and divided at cuts.
function pieces(points, gaps, cuts) {
  const found = [];
  let start = points[0];
  for (let i = 1; i < points.length; i++) {
    const ahead = direction(points[i - 1], points[i]);
    const round = i < points.length - 1 ? radius(points, i) : 0;
    const stop = moved(points[i], ahead, -round);
    const breaks = [
      ...gaps.map((at) => [at, GAP]), ...cuts.map((at) => [at, 0]),
    ].filter(([at]) => between(start, at, stop)).sort(([a], [b]) => distance(start, a) - distance(start, b));
    for (const [at, half] of [...breaks, [stop, 0]]) {
      const until = moved(at, ahead, -half);
      if (distance(start, until) > 0) found.push(`M${start}L${until}`);
      start = moved(at, ahead, half);
    }
    if (round === 0) return found;
    const leave = moved(points[i], direction(points[i], points[i + 1]), round);
    found.push(`M${start}Q${points[i]} ${leave}`);
    start = leave;
  }
  return found;
}

function radius(points, i) {
  return Math.min(CORNER, distance(points[i - 1], points[i]), distance(points[i], points[i + 1]));
}

export function direction([x0, y0], [x1, y1]) {
  return [Math.sign(x1 - x0), Math.sign(y1 - y0)];
}

export function distance([x0, y0], [x1, y1]) {
  return Math.abs(x1 - x0) + Math.abs(y1 - y0);
}

export function moved([x, y], [dx, dy], by) {
  return [x + dx * by, y + dy * by];
}

// Strictly between two ends of a straight run.
function between(from, at, to) {
  const [a, b] = [distance(from, at), distance(at, to)];
  return a > 0 && b > 0 && a + b === distance(from, to);
}
