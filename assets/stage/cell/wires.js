// Where the wires of a cell run, and how they are drawn: each along its bends, with rounded corners, and in
// stretches that several may share.

/**
 * @import { Item, Point, Row, Side } from "./wiring.js"
 * @typedef {{ from: string, gaps: Point[], points: Point[], step: string | null, quantities: string[], color: string | null }} Wire
 * @typedef {{ item: Item, quantity: string, step: string | null }} Found an item with its part's
 */

export const VECTOR = { width: 13, height: 42 };
export const BLOCK = { width: 28, height: 20 };
const CORNER = 7;
const GAP = 4;

// Half the width and height of an item as wires meet it.
/** @param {Item} item @returns {Point} */
export function halfSize(item) {
  if (item.kind === "vector") return [VECTOR.width / 2 + 1.5, 0];
  if (item.kind === "block") return [BLOCK.width / 2, (BLOCK.height * item.letters.length) / 2];
  const { text } = item;
  if (text === "tanh") return [16.5, 8];
  if (text === "relu" || text === "selu") return [15, 8];
  if (text === "elu") return [12, 8];
  if (text === "1−") return [10, 8];
  return text === "⊙" || text === "+" ? [7, 7] : [8, 8];
}

/** @param {Row} row @param {Map<string, Found>} places @returns {Wire} */
export function wire([from, side, to, end = "left", bends = [], { leave = 0, lane = 0, gaps = [] } = {}], places) {
  const origin = /** @type {Found} */ (places.get(from));
  // The wire out of the picture belongs to where it starts.
  const target = Array.isArray(to) ? origin : /** @type {Found} */ (places.get(to));
  const finish = Array.isArray(to) ? to : anchor(target.item, end, lane);
  const { item } = origin;
  const passing = item.kind === "operation" ? item.text === "⊙" : item.kind === "vector" && !item.label.of;
  return {
    from, gaps, points: route(anchor(origin.item, side, leave), side, finish, end, bends),
    step: target.step, quantities: [origin.quantity, target.quantity],
    color: passing ? null : origin.quantity, // what passes through is no longer one quantity
  };
}

/** @param {Item} item @param {Side} side @param {number} [lane] @returns {Point} */
function anchor(item, side, lane = 0) {
  const { at: [x, y] } = item;
  const [w, h] = halfSize(item);
  if (side === "left") return [x - w, y + lane];
  if (side === "right") return [x + w, y + lane];
  return [x, side === "top" ? y - h : y + h];
}

/** @param {Point} start @param {Side} side @param {Point} finish @param {Side} end @param {number[]} bends @returns {Point[]} */
function route(start, side, finish, end, bends) {
  /** @param {Side} name */
  const lies = (name) => name === "left" || name === "right";
  let flat = lies(side);
  const points = [start];
  for (const bend of bends) {
    const [x, y] = points[points.length - 1];
    points.push(flat ? [bend, y] : [x, bend]);
    flat = !flat;
  }
  const [x, y] = points[points.length - 1];
  if (flat !== lies(end)) points.push(flat ? [finish[0], y] : [x, finish[1]]);
  return [...points, finish];
}

// One path along a wire, for what moves along it.
/** @param {Wire} wire */
export function whole({ points }) {
  return pieces(points, [], []).join("");
}

// Wires from one place share their first stretch. Each stretch is drawn once: { path, wires }.
/** @param {Wire[]} wires */
export function strands(wires) {
  /** @type {Map<string, Wire[]>} */
  const users = new Map();
  for (const one of wires) {
    const cuts = wires.filter(({ from }) => from === one.from).flatMap(({ points }) => turns(points));
    for (const piece of pieces(one.points, one.gaps, cuts)) users.set(piece, [...(users.get(piece) ?? []), one]);
  }
  /** @type {Map<string, { path: string, wires: Wire[] }>} */
  const found = new Map();
  for (const [piece, of] of users) {
    const key = of.map((one) => wires.indexOf(one)).join();
    found.set(key, { path: `${found.get(key)?.path ?? ""}${piece}`, wires: of });
  }
  return [...found.values()];
}

// Where the rounded corners of a wire begin.
/** @param {Point[]} points */
function turns(points) {
  return points.slice(1, -1).map((corner, i) => moved(corner, direction(points[i], corner), -radius(points, i + 1)));
}

// Straight runs and rounded corners, as paths; runs are interrupted at gaps and divided at cuts.
/** @param {Point[]} points @param {Point[]} gaps @param {Point[]} cuts */
function pieces(points, gaps, cuts) {
  const found = [];
  let start = points[0];
  for (let i = 1; i < points.length; i++) {
    const ahead = direction(points[i - 1], points[i]);
    const round = i < points.length - 1 ? radius(points, i) : 0;
    const stop = moved(points[i], ahead, -round);
    const breaks = [...gaps.map((at) => ({ at, half: GAP })), ...cuts.map((at) => ({ at, half: 0 }))]
      .filter(({ at }) => between(start, at, stop)).sort((a, b) => distance(start, a.at) - distance(start, b.at));
    for (const { at, half } of [...breaks, { at: stop, half: 0 }]) {
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

/** @param {Point[]} points @param {number} i */
function radius(points, i) {
  return Math.min(CORNER, distance(points[i - 1], points[i]), distance(points[i], points[i + 1]));
}

/** @param {Point} from @param {Point} to @returns {Point} */
export function direction([x0, y0], [x1, y1]) {
  return [Math.sign(x1 - x0), Math.sign(y1 - y0)];
}

/** @param {Point} from @param {Point} to */
export function distance([x0, y0], [x1, y1]) {
  return Math.abs(x1 - x0) + Math.abs(y1 - y0);
}

/** @param {Point} from @param {Point} ahead @param {number} by @returns {Point} */
export function moved([x, y], [dx, dy], by) {
  return [x + dx * by, y + dy * by];
}

// Strictly between two ends of a straight run.
/** @param {Point} from @param {Point} at @param {Point} to */
function between(from, at, to) {
  const [a, b] = [distance(from, at), distance(at, to)];
  return a > 0 && b > 0 && a + b === distance(from, to);
}
