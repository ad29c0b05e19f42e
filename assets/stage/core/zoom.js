// How much larger than it says a part of the page is drawn. Boxes and pointers come in pixels of the window;
// sizes and places in style sheets, and `clientWidth`, in those of the part itself.

/** @param {Element} element */
export function zoomOf(element) {
  return element.currentCSSZoom ?? 1;
}

// The box of an element, or of some text (box) in it, in pixels of its own.
/** @param {Element} element @param {DOMRect} [box] */
export function boxOf(element, box = element.getBoundingClientRect()) {
  const zoom = zoomOf(element);
  const { left, top, right, bottom, width, height } = box;
  const [l, t, r, b, w, h] = [left, top, right, bottom, width, height].map((one) => one / zoom);
  return { left: l, top: t, right: r, bottom: b, width: w, height: h };
}

// The window in an element's own pixels.
/** @param {Element} element */
export function windowOf(element) {
  const zoom = zoomOf(element);
  return { width: window.innerWidth / zoom, height: window.innerHeight / zoom };
}

// Where a pointer is, in the same.
/** @param {Element} element @param {{ clientX: number, clientY: number }} pointer */
export function pointOf(element, { clientX, clientY }) {
  const zoom = zoomOf(element);
  return { x: clientX / zoom, y: clientY / zoom };
}

// Pixels of the screen for one of an element's own: as fine as a canvas in it has to be.
/** @param {Element} element */
export function fineness(element) {
  return (window.devicePixelRatio || 1) * zoomOf(element);
}
