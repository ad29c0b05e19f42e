// Text for the clipboard.

import { make } from "./dom.js";

// Browsers keep the clipboard from pages that come without https, save for the old way. host: an element
// that may hold a field for a moment; in a dialog, that dialog. Returns whether the text is copied.
/** @param {string} text @param {HTMLElement} host */
export async function toClipboard(text, host) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { value: text, className: "gs-hidden" });
    const activeElement = /** @type {HTMLElement | null} */ (document.activeElement);
    host.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    activeElement?.focus();
    return copied;
  }
}
