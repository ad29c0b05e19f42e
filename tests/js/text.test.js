import assert from "node:assert/strict";
import { test } from "node:test";

import { delimited, exactText, isWide, linesOf } from "../../assets/stage/tools/text.js";

const named = (key) => ({ key, name: key, label: "" });

// Floats of 32 bits of every size, the same in each run: their bits are those of a linear congruence.
function* floats(count) {
  const view = new DataView(new ArrayBuffer(4));
  for (let i = 0, bits = 1; i < count; i++) {
    bits = (Math.imul(bits, 1664525) + 1013904223) >>> 0;
    view.setUint32(0, bits);
    const value = view.getFloat32(0);
    if (Number.isFinite(value)) yield value;
  }
}

test("the text of a 32-bit float reads back as the same float", () => {
  for (const value of floats(20_000)) assert.equal(Math.fround(Number(exactText(value))), value);
});

test("a float's text has no figure too many: with one less, from six on, it reads back as another", () => {
  for (const value of floats(20_000)) {
    const figures = exactText(value).replace(/e.*/, "").replace(/[-.]/g, "").replace(/^0+|0+$/g, "").length;
    if (figures > 6) assert.notEqual(Math.fround(Number(value.toPrecision(figures - 1))), value);
  }
});

test("a number of 64 bits reads back as the same", () => {
  for (const value of [0.1, 1 / 3, 1e-300, -5e-324, Number.MAX_VALUE]) assert.equal(Number(exactText(value, true)), value);
});

test("what is not there is no text, what is infinite one that programs read", () => {
  assert.equal(exactText(NaN), "");
  assert.deepEqual([exactText(Infinity), exactText(-Infinity, true)], ["inf", "-inf"]);
});

test("numbers of 64 bits are told by their array", () => {
  assert.deepEqual([new Float64Array(1), new Float32Array(1), [0.5]].map(isWide), [true, false, false]);
});

test("names cannot become formulas, and a name with a separator is one cell", () => {
  const text = delimited({
    corner: "input", columns: ["=1+1", "-a", "@b", 'say "x, y"', "plain"].map(named),
    rows: [named("+c")], values: [[0.1, -1e-9, 16777216, 1, 3].map(Math.fround)],
  }, ",");
  assert.equal(text, 'input,\'=1+1,\'-a,\'@b,"say ""x, y""",plain\n\'+c,0.1,-1e-9,16777216,1,3\n');
});

test("a name with tabs or lines in it stays one cell of one line", () => {
  const { header } = linesOf({ corner: "a\tb", columns: [named("c\r\nd")], rows: [] }, "\t");
  assert.equal(header, "a b\tc d\n");
});

test("what the input is called stands behind a step's number, and after the numbers where steps go down", () => {
  const steps = [{ key: 1, name: "step 1", label: "h" }, { key: 2, name: "step 2", label: "" }];
  const units = [named("unit 1")];
  const across = { corner: "unit", columns: steps, rows: units, values: [new Float64Array([0.5, 0.25])] };
  assert.equal(delimited(across, ","), "unit,1 (h),2\nunit 1,0.5,0.25\n");
  const down = { corner: "step", columns: units, rows: steps, values: [[0.5], [0.25]], flipped: true };
  assert.equal(delimited(down, ","), "step,unit 1,input\n1,0.5,h\n2,0.25,\n");
});
