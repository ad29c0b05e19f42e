// Which plots are where somebody can see them: in a drag those are painted in every frame, the others once the
// hand rests.

const MARGIN = "100px"; // around the window: what comes into it in the next moment

// Whether it is outside of the window now, as all is laid out.
/** @param {Element} element */
export function isOutside(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom <= 0 || top >= innerHeight;
}

export class Sight {
  constructor() {
    /** @type {WeakMap<Element, boolean>} */
    this.known = new WeakMap();
    this.watch = window.IntersectionObserver && new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.known.set(target, isIntersecting);
    }, { rootMargin: MARGIN });
  }

  // Until the browser has said so, everything is.
  /** @param {Element} element */
  sees(element) {
    if (!this.known.has(element)) {
      this.known.set(element, true);
      this.watch?.observe(element);
    }
    return this.known.get(element);
  }
}
