// The focus of the keyboard: it is never lost with what had it, and never under the bar.

const USABLE = "a[href], button, input, select, textarea, [tabindex]";
const NAMED = "[role=group], [role=tablist], [role=tabpanel], section, dialog";
const ROOM = 8; // pixels between what has the focus and the bar

/** @typedef {{ element: HTMLElement, within: HTMLElement[], key: string }} Noted what had the focus, and all around it */

export class Focus {
  // root: the stage. bar: what lies over it at the bottom. story() -> the words of the scene, where a reader begins.
  /** @param {HTMLElement} root @param {HTMLElement} bar @param {() => HTMLElement | null} story */
  constructor(root, bar, story) {
    this.root = root;
    this.bar = bar;
    this.story = story;
    /** @type {Noted | null} */
    this.last = null;
    /** @type {number | null} */
    this.frame = null;
    root.addEventListener("focusin", (event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      this.last = noted(target, root);
      requestAnimationFrame(() => this.uncover(target));
    });
    root.addEventListener("focusout", ({ relatedTarget }) => relatedTarget || this.check());
  }

  // Change the page; what had the focus, or what stands in its place, has it afterwards.
  /** @param {() => void} change */
  kept(change) {
    const activeElement = /** @type {HTMLElement | null} */ (document.activeElement);
    const had = activeElement && this.root.contains(activeElement) ? noted(activeElement, this.root) : null;
    change();
    if (had && gone()) this.restore(had);
    else this.check(); // whether it can still be seen is known with the next frame, without working out styles twice
  }

  // What has the focus may go with the next frame: hidden, disabled, removed.
  check() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      const had = this.last;
      if (!had || !nowhere()) return;
      this.last = null;
      if (!usable(had.element)) this.restore(had); // else it was left on purpose
    });
  }

  /** @param {Noted} had */
  restore(had) {
    (usable(had.element) ? had.element : this.same(had) ?? this.beside(had) ?? this.around(had)).focus();
  }

  // The same control, made anew.
  /** @param {Noted} had */
  same({ key }) {
    return /** @type {HTMLElement[]} */ ([...this.root.querySelectorAll(USABLE)]).find((one) => usable(one) && keyOf(one) === key);
  }

  // A button beside it in the same row, as redo is beside undo.
  /** @param {Noted} had */
  beside({ element, within }) {
    const [row] = within;
    if (!element.matches("button") || !row?.isConnected) return undefined;
    return /** @type {HTMLElement[]} */ ([...row.children]).find((one) => one.matches("button") && usable(one));
  }

  // The group that it was in, from where Tab goes on; else the words of the scene. Not a field: arrows
  // are still the cursor's.
  /** @param {Noted} had */
  around({ within }) {
    const group = within.find((one) => one !== this.root && one.matches(NAMED) && one.isConnected && one.checkVisibility());
    return place(group ?? this.story() ?? this.root);
  }

  // Another scene has been chosen above the stage.
  arrive() {
    place(this.story() ?? this.root).focus({ preventScroll: true });
  }

  // Scroll what a key has led to out from under the bar.
  /** @param {HTMLElement} element */
  uncover(element) {
    if (!element.matches(":focus-visible") || this.bar.contains(element)) return;
    const { top, bottom } = element.getBoundingClientRect();
    const over = bottom + ROOM - this.top;
    if (over > 0) scrollerOf(element)?.scrollBy({ top: Math.min(over, top - ROOM), behavior: "instant" });
  }

  // Where the bar begins, with what is being saved above it.
  get top() {
    return Math.min(...[this.bar, ...this.bar.querySelectorAll(".gs-saving")].map((one) => one.getBoundingClientRect().top));
  }
}

/** @param {HTMLElement} element @param {HTMLElement} root @returns {Noted} */
function noted(element, root) {
  /** @type {HTMLElement[]} */
  const within = [];
  for (let one = element.parentElement; one && root.contains(one); one = one.parentElement) within.push(one);
  return { element, within, key: keyOf(element) };
}

// What a control is: its kind and its name.
/** @param {HTMLElement} element */
function keyOf(element) {
  const { cell, gate, piece } = element.dataset;
  const name = element.getAttribute("aria-label") ?? (element.title || element.textContent);
  return JSON.stringify([element.tagName, cell, gate, piece, name]);
}

/** @param {Element & { disabled?: boolean }} element */
function usable(element) {
  return element.isConnected && !element.disabled && element.checkVisibility({ visibilityProperty: true });
}

function gone() {
  return !document.activeElement || document.activeElement === document.body;
}

function nowhere() {
  return gone() || !usable(/** @type {Element} */ (document.activeElement));
}

// Something that is no control, made to take the focus.
/** @param {HTMLElement} element */
function place(element) {
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  return element;
}

/** @param {Element} element */
function scrollerOf(element) {
  return element.closest("[data-testid=stMain]") ?? document.scrollingElement;
}
