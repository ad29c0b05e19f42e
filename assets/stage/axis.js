// @ts-nocheck
// The rows or columns of a lens's sheet: their names, and which of them the cursor is at.

// { length, names, entries, plural, at(cursor), all(cursor), place(i) }; at gives an index or null, all
// every index of what the cursor is at, place { step, unit } of one that the cursor can go to. entries
// are as describe.js has them.
export function axisOf({ kind, first, order, names, plural }, { message }) {
  if (kind === "steps") return withAll(steps(message.labels, first));
  if (kind === "units") return withAll(units(order));
  const entries = names.map((name) => ({ key: name, name, label: "" }));
  const place = order.length ? (i) => ({ unit: order[i] }) : undefined; // each is of a unit
  const all = ({ unit }) => [...order.keys()].filter((i) => order[i] === unit); // several, or none
  return { length: names.length, names, entries, plural, at: () => null, all, place };
}

function withAll(axis) {
  return { ...axis, all: (cursor) => [axis.at(cursor)].filter((i) => i !== null) };
}

function steps(labels, first) {
  const before = 1 - first; // columns before that of step 1
  const entries = labels.map((label, i) => ({
    key: i + 1, name: `step ${i + 1}`, label: label === String(i + 1) ? "" : label,
  }));
  if (before) entries.unshift({ key: 0, name: "step 0", label: "initial" });
  const names = entries.map(({ name, label, key }) =>
    (key === 0 ? "the initial state" : label ? `${name}, when the input was ${label}` : name));
  return {
    length: entries.length, names, entries, plural: "steps",
    at: ({ step }) => step + before,
    place: (i) => (i < before ? undefined : { step: i - before }),
  };
}

function units(order) {
  const entries = order.map((unit) => ({ key: unit + 1, name: `unit ${unit + 1}`, label: "" }));
  return {
    length: order.length, names: entries.map(({ name }) => name), entries, plural: "units",
    at: ({ unit }) => { const row = order.indexOf(unit); return row < 0 ? null : row; },
    place: (i) => ({ unit: order[i] }),
  };
}
