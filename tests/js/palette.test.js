import assert from "node:assert/strict";
import { test } from "node:test";

import { digits, inkOn, paletteOf, rgbOf } from "../../assets/stage/core/palette.js";

const SCALE = [[0, "#000000"], [0.5, "#ff8000"], [1, "#ffffff"]];

test("a palette has the colours of its scale at its ends, and what lies between in between", () => {
  const palette = paletteOf(SCALE);
  assert.equal(palette.length, 256);
  assert.deepEqual([palette[0], palette[255]].map(rgbOf), [[0, 0, 0], [255, 255, 255]]);
  assert.deepEqual(rgbOf(palette[51]), [102, 51, 0]); // a fifth of the scale is two fifths of its first half
  for (let i = 1; i < 256; i++) {
    const [before, here] = [rgbOf(palette[i - 1]), rgbOf(palette[i])];
    assert.ok(here.every((value, channel) => value >= before[channel]), `${i}`);
  }
});

test("a palette is opaque, and the same scale has the same", () => {
  assert.ok(paletteOf(SCALE).every((pixel) => pixel >>> 24 === 255));
  assert.equal(paletteOf(SCALE.map((stop) => [...stop])), paletteOf(SCALE));
});

// WCAG 2: the relative luminance of a colour, from its bytes.
function luminance(rgb) {
  const linear = rgb.map((byte) => byte / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

test("of black and white the ink is the one with more contrast, which is always enough", () => {
  for (let red = 0; red < 256; red += 15) {
    for (let green = 0; green < 256; green += 15) {
      for (let blue = 0; blue < 256; blue += 15) {
        const light = luminance([red, green, blue]);
        const contrasts = { "#000": (light + 0.05) / 0.05, "#fff": 1.05 / (light + 0.05) };
        const chosen = contrasts[inkOn([red, green, blue])];
        assert.equal(chosen, Math.max(...Object.values(contrasts)));
        assert.ok(chosen >= 4.58 - 0.005);
      }
    }
  }
});

const heatmap = {
  type: "heatmap", z: [[0, 1], [0.5, 9]], text: [["a", "b"], ["c", "d"]], texttemplate: "%{text}", textfont: { size: 9 },
  x0: 10, y0: 0, dy: 2, zmin: 0, zmax: 1, colorscale: SCALE,
};

test("each number of a matrix stands in its cell, in the ink for the colour of that cell", () => {
  const [plain, written] = digits(heatmap);
  assert.deepEqual([plain.text, plain.z], [undefined, heatmap.z]);
  assert.deepEqual(written.text, ["a", "b", "c", "d"]);
  assert.deepEqual([written.x, written.y], [[10, 11, 10, 11], [0, 0, 2, 2]]);
  // Black, white, orange, and what is beyond the end of the scale.
  assert.deepEqual(written.textfont, { size: 9, color: ["#fff", "#000", "#000", "#000"] });
});

test("what has no numbers written in it stays one trace", () => {
  const bare = { type: "heatmap", z: [[1]] };
  assert.deepEqual(digits(bare), [bare]);
});
