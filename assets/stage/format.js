// Numbers for people: three significant figures, a true minus sign.

export function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-4 ? value.toExponential(2) : rounded(value, 3);
  return text.replaceAll("-", "−").replace("e+", "e");
}

// The same without trailing zeros, for the small cells of a matrix.
export function brief(value) {
  return minus(Number(value.toPrecision(3)));
}

// Everything a 32-bit float can tell: seven significant figures.
export function full(value) {
  return String(Number(value.toPrecision(7))).replaceAll("-", "−");
}

// A round number, such as the end of a scale.
export function minus(value) {
  return String(value).replaceAll("-", "−");
}

// A number as committed: shortest text that reads back as the same 64-bit float.
export const exact = minus;

export function percent(share) {
  const rounded = Math.round(share * 100);
  if (rounded === 100 && share < 1) return "over 99 %";
  if (rounded === 0 && share > 0) return "under 1 %";
  return `${rounded} %`;
}

function rounded(value, figures) {
  const text = value.toPrecision(figures);
  return text.includes("e") ? String(Number(text)) : text;
}
