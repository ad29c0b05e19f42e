// A number as people type it: 0.12, 0,12, −3, 1,234, 2e-4, .5, 12 %; with spaces anywhere.

const MINUS = /[−–—‒﹣-]/g;
const SPACES = /[\s_'’]/g;
const GROUPED = /^[+-]?\d{1,3}([.,]\d{3})+$/;

// The number, or null for what is none. whole: whether a whole number is asked for: then 1,234 and 1.234 are both
// one thousand and more; else one comma is a decimal one.
/** @param {string} text @param {boolean} whole */
export function readNumber(text, whole) {
  const typed = text.replace(SPACES, "").replace(MINUS, "-");
  const bare = typed.replace(/%$/, "");
  const plain = whole && GROUPED.test(bare) ? bare.replace(/[.,]/g, "") : withPoint(bare);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(plain)) return null;
  const value = bare === typed ? Number(plain) : Number(plain) / 100;
  return Number.isFinite(value) ? value : null;
}

// Of two marks the last is the decimal one; a comma alone is it too, unless it stands more than once.
/** @param {string} text */
function withPoint(text) {
  const [comma, point] = [text.lastIndexOf(","), text.lastIndexOf(".")];
  if (comma < 0) return text;
  if (point > comma) return text.replaceAll(",", "");
  const commas = text.split(",").length - 1;
  if (commas > 1) return point < 0 ? text.replaceAll(",", "") : "";
  return text.replaceAll(".", "").replace(",", ".");
}

// Whether an answer counts: no further off than was said, the last bit aside.
/** @param {number} given @param {{ value: number, near: number }} answer */
export function counts(given, { value, near }) {
  return Math.abs(given - value) <= near + 1e-9 * Math.max(1, Math.abs(value));
}
