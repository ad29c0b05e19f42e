// One screen made over another, on elements that know just what that needs.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

let become, standIn, make;

class Node {
  parentNode = null;
  childNodes = [];
  attributes = [];
  namespaceURI = "";

  constructor(name, nodeType = 1) {
    Object.assign(this, { localName: name, nodeType, nodeValue: null });
  }

  place(nodes, at) {
    for (const node of nodes) node.remove();
    this.childNodes.splice(at(), 0, ...nodes);
    for (const node of nodes) node.parentNode = this;
  }

  remove() {
    if (this.parentNode) this.parentNode.childNodes = this.parentNode.childNodes.filter((one) => one !== this);
    this.parentNode = null;
  }

  append(...nodes) { this.place(nodes, () => this.childNodes.length); }
  prepend(...nodes) { this.place(nodes, () => 0); }
  after(...nodes) { this.parentNode.place(nodes, () => this.parentNode.childNodes.indexOf(this) + 1); }
  replaceWith(node) {
    this.after(node);
    this.remove();
  }

  getAttribute(name) { return this.attributes.find((one) => one.name === name)?.value ?? null; }
  hasAttribute(name) { return this.getAttribute(name) !== null; }
  removeAttribute(name) { this.attributes = this.attributes.filter((one) => one.name !== name); }
  setAttribute(name, value) {
    this.removeAttribute(name);
    this.attributes.push({ name, value });
  }

  toggleAttribute(name) { this.setAttribute(name, ""); }
  addEventListener() {}
  querySelectorAll() { return this.childNodes.flatMap((one) => [...(one.hasAttribute("data-stands") ? [one] : []), ...one.querySelectorAll()]); }
}

beforeEach(async () => {
  globalThis.Element = Node;
  globalThis.document = { createElement: (name) => new Node(name) };
  ({ become, standIn } = await import("../../assets/stage/plots/becoming.js"));
  ({ make } = await import("../../assets/stage/core/dom.js"));
});

test("what is alike stays, with the attributes and children of the new one", () => {
  const [old, next] = [make("div", {}, make("p", { "data-a": 1, "data-b": 2 })), make("div", {}, make("p", { "data-a": 3 }, make("i")), make("b"))];
  const [kept] = old.childNodes;
  become(old, next);
  assert.deepEqual(old.childNodes.map(({ localName }) => localName), ["p", "b"]);
  assert.equal(old.childNodes[0], kept);
  assert.deepEqual(kept.attributes, [{ name: "data-a", value: "3" }]);
  assert.equal(kept.childNodes[0].localName, "i");
});

test("what lasts is not moved where it stands already, and goes to where it stands next", () => {
  const [plot, other] = [make("div"), make("div")];
  const old = make("div");
  become(old, make("div", {}, make("p", {}, standIn(plot)), make("p", {}, standIn(other))));
  const [first, second] = old.childNodes;
  let moves = 0;
  plot.remove = function remove() {
    moves++;
    Node.prototype.remove.call(this);
  };
  become(old, make("div", {}, make("p", {}, standIn(plot)), make("p", {}, standIn(other))));
  assert.deepEqual([old.childNodes, first.childNodes, moves], [[first, second], [plot], 0]);
  become(old, make("div", {}, make("p", {}, standIn(other)), make("p", {}, standIn(plot))));
  assert.deepEqual([first.childNodes, second.childNodes], [[other], [plot]]);
  become(old, make("div", {}, standIn(plot), make("p")));
  assert.equal(old.childNodes[0], plot);
  assert.equal(old.childNodes[1].localName, "p");
  assert.equal(old.childNodes.length, 2);
});

test("what hears events is made anew: it does something that is of its screen", () => {
  const [old, next] = [make("div", {}, make("button", { onclick: () => 1 })), make("div", {}, make("button", { onclick: () => 2 }))];
  const [button] = next.childNodes;
  become(old, next);
  assert.equal(old.childNodes[0], button);
});
