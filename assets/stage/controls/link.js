// The address of what is on the screen, with the cursor's place: as the browser shows it, and for the
// clipboard; where that is kept from the page, in a field to copy from.

import { toClipboard } from "../core/clipboard.js";
import { afterPaint, make } from "../core/dom.js";
import { served } from "../core/served.js";
import { say } from "../core/words.js";

/**
 * @import { Here as All } from "../types"
 * @typedef {Pick<All, "channel" | "cursor" | "now">} Here
 * @typedef {object} Host
 * @property {() => boolean} busy whether an answer that changes the address is on its way
 * @property {() => string} address in full
 * @property {() => string} page its name
 * @property {(text: string) => void} tell
 * @property {(problem: string) => void} complain what went wrong, to be seen too
 * @property {HTMLElement} element that the field is put into
 */

const DELAY = 400; // milliseconds of rest before the address in the browser follows the cursor
const SAID = 2500; // milliseconds
const ANSWERED = 8000; // milliseconds for a short link
const PATIENCE = 3000; // milliseconds to wait for an answer that changes the address

// The link keeps the cursor too; the server is not asked. The rest is written here after a change on this page;
// after a choice above it by the server, unless that was lost: a run that starts drops what the one before has
// not sent yet.
export class Address {
  // waits: called with whether a link is still to be noted.
  /** @param {Here} here @param {(noting: boolean) => void} waits */
  constructor(here, waits) {
    this.here = here;
    this.waits = waits;
    this.built = false; // the screen of the next link is built anew
    /** @type {(() => void) | null} */
    this.note = null; // a link that is to be noted once its screen has been painted
    this.looked = false; // somebody has moved the cursor: the link should say where it is
    this.travelling = false; // with the back button
    this.onTravel = () => {
      this.travelling = true;
      this.forget(); // the way back leads from where the page was before
    };
    window.addEventListener("popstate", this.onTravel);
  }

  leave() {
    this.forget();
    window.removeEventListener("popstate", this.onTravel);
    clearTimeout(this.timer);
  }

  forget() {
    this.note = null;
    this.waits(false);
  }

  // A message has come.
  arrive() {
    this.travelling = false;
  }

  follow() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), DELAY);
  }

  write() {
    // After an event or the back button an answer is coming, and with it the next link.
    if (this.here.channel.telling || this.travelling) return;
    this.note?.();
    const url = this.text(this.looked);
    if (url !== location.href) history.replaceState(history.state, "", url);
  }

  // Another link for what has been changed on this page: the back button leads to the one before. To note it a browser
  // works out the whole page, so a screen that is built anew is painted first.
  linked() {
    this.note?.();
    const { built } = this;
    this.built = false;
    const [now, then] = [new URL(this.text(false)), new URL(location.href)];
    for (const { searchParams } of [now, then]) {
      for (const name of ["t", "u"]) searchParams.delete(name);
    }
    now.searchParams.sort();
    then.searchParams.sort();
    if (now.search === then.search) return;
    const text = this.text(this.looked);
    const note = () => {
      if (this.note !== note) return; // noted before, for the next one
      this.forget();
      history.pushState(history.state, "", text);
    };
    this.note = note;
    this.waits(true);
    if (built) afterPaint(note);
    else note();
  }

  // In full. withCursor: whether it says where the cursor is; it may have the scene's own place.
  /** @param {boolean} withCursor */
  text(withCursor) {
    const { cursor: { step, unit }, now } = this.here;
    const url = new URL(location.href);
    const { searchParams } = url;
    const cursor = withCursor ? { t: step + 1, u: unit + 1 } : {};
    for (const [name, text] of Object.entries({ ...now.message.link, ...cursor })) {
      if (text === null) searchParams.delete(name);
      else if (searchParams.get(name) !== String(text)) searchParams.set(name, String(text));
    }
    return url.href;
  }
}

export class Link {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    this.whole = new Copier("copy", "title", (text) => host.tell(text), () => this.copy(async () => host.address()));
    this.short = new Copier("short", "short_title", (text) => host.tell(text), () => this.copy(() => shortened(host.address(), host.page()), this.short));
    this.short.button.hidden = true; // until the site says that it makes any
    this.element = make("span", { className: "gs-link" }, this.whole.button, this.short.button);
  }

  // made: the address that is copied
  /** @param {() => Promise<string>} made @param {Copier} [by] */
  async copy(made, by = this.whole) {
    if (by.busy) return;
    by.busy = true;
    try {
      await this.rest();
      const text = await made();
      if (await toClipboard(text, this.host.element)) return by.say(say("link.copied"));
      by.say(say("link.not_copied"));
      this.show(text);
    } catch (error) {
      by.say(say("link.not_made"));
      this.host.complain(error instanceof Refused ? error.message : say("link.away"));
    } finally {
      by.busy = false;
    }
  }

  // A change that is on its way to the server is in the address once it is answered.
  async rest() {
    const until = performance.now() + PATIENCE;
    while (this.host.busy() && performance.now() < until) await new Promise((done) => setTimeout(done, 40));
  }

  /** @param {string} text */
  show(text) {
    /** @type {HTMLInputElement} */
    const field = make("input", { type: "text", readOnly: true, value: text, "aria-label": say("link.dialog"), onclick: () => field.select() });
    /** @type {HTMLDialogElement} */
    const dialog = make(
      "dialog", {
        className: "gs-dialog gs-link-dialog", "aria-label": say("link.dialog"),
        onkeydown: (event) => event.stopPropagation(), // not meant for the stage behind
        onclick: ({ target }) => target === dialog && dialog.close(), // beside it
        onclose: () => dialog.remove(),
      },
      make("header", {}, make("h2", { textContent: say("link.dialog") }),
        make("button", { type: "button", textContent: say("dialogs.close"), title: say("dialogs.close_title"), onclick: () => dialog.close() })),
      make("p", { textContent: say("link.hint") }), field,
    );
    this.host.element.append(dialog);
    dialog.showModal();
    field.focus();
    field.select();
  }
}

// A button that says for a moment what has become of it.
class Copier {
  /** @param {"copy" | "short"} name @param {"title" | "short_title"} title @param {(text: string) => void} tell @param {() => unknown} onclick */
  constructor(name, title, tell, onclick) {
    this.name = name;
    this.tell = tell;
    this.busy = false;
    this.button = make("button", { type: "button", textContent: say(`link.${name}`), title: say(`link.${title}`), onclick });
  }

  /** @param {string} text */
  say(text) {
    this.button.textContent = text;
    this.tell(text);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.button.textContent = say(`link.${this.name}`)), SAID);
  }
}

class Refused extends Error {}

// The short address of a link, which the server keeps (app/short.py), with what the link has no room for of the page
// with this name. Errors: Refused, with its sentence.
/** @param {string} address @param {string} page @returns {Promise<string>} */
async function shortened(address, page) {
  const answer = await fetch(served(`short/${page}`), { method: "POST", body: new URL(address).search, signal: AbortSignal.timeout(ANSWERED) });
  const text = await answer.text();
  if (answer.ok) return served(text);
  throw text && (answer.headers.get("content-type") ?? "").startsWith("text/plain") ? new Refused(text) : new Error(text);
}
