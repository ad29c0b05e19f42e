// As much of a page as modules ask for when they are loaded, for tests of what they do without one.

// Every letter is as wide as this part of its size.
export const LETTER = 0.6;

const pen = {
  font: "",
  measureText(text) {
    return { width: text.length * LETTER * parseFloat(this.font) };
  },
};

// touched: whether there is a finger instead of a mouse.
export function withPage({ touched = false } = {}) {
  globalThis.document = {
    activeElement: null,
    createElement: () => ({ getContext: () => pen }),
    fonts: { check: () => true },
  };
  globalThis.matchMedia = () => ({ matches: touched });
}
