// What goes to the server and what has come from it. Events wait here, numbered, until the server
// says it has handled them, so that none is lost or applied twice; parts are kept by digest.

const CLIENT = Math.random().toString(36).slice(2, 12);
const PATIENCE = 4000; // milliseconds before an unanswered event is sent again

let counter = 0;
const parts = new Map(); // name -> { digest, value }

export class Channel {
  constructor(onSilence) {
    this.onSilence = onSilence; // called when the server has not answered for a while
    this.pending = [];
    this.trigger = null;
  }

  connect(trigger) {
    this.trigger = trigger;
  }

  send(kind, details) {
    this.pending.push({ seq: ++counter, kind, ...details });
    this.flush();
    return counter;
  }

  flush() {
    clearTimeout(this.timer);
    if (!this.pending.length) return;
    this.trigger("event", { client: CLIENT, events: this.pending });
    this.timer = setTimeout(() => {
      this.onSilence();
      this.flush();
    }, PATIENCE);
  }

  // Take in a message; returns whether every part it speaks of is here.
  take(message) {
    const handled = message.ack.client === CLIENT ? message.ack.seq : 0;
    this.pending = this.pending.filter(({ seq }) => seq > handled);
    if (!this.pending.length) clearTimeout(this.timer);
    for (const [name, value] of Object.entries(message.included)) keep(name, message.parts[name], value);
    const missing = Object.entries(message.parts).some(([name, digest]) => parts.get(name)?.digest !== digest);
    if (missing && !this.pending.some(({ kind }) => kind === "need")) this.send("need", {});
    return !missing;
  }

  // Events are on their way that will change the numbers on screen.
  get busy() {
    return this.pending.some(({ kind }) => kind !== "grab");
  }

  close() {
    clearTimeout(this.timer);
  }

  part(name) {
    return parts.get(name)?.value;
  }

  // Changes with everything of a figure but its numbers.
  frame(name) {
    return frameOf(parts.get(name)?.digest);
  }

  digest(name) {
    return parts.get(name)?.digest;
  }
}

function frameOf(digest) {
  return digest?.split(".")[0];
}

// A whole figure, or the changed bits of the numbers of the figure that is here.
function keep(name, digest, value) {
  if (!value.change) return void parts.set(name, { digest, value });
  const old = parts.get(name);
  if (old?.digest !== value.over) return; // it counts as missing
  const [trace] = old.value.data;
  const z = trace.z.map((row, i) => changed(row, value.change[i]));
  parts.set(name, { digest, value: { ...old.value, data: [{ ...trace, z }] } });
}

function changed(row, change) {
  const bits = new Uint32Array(row.buffer, row.byteOffset, row.length);
  return new Float32Array(change.map((bit, i) => bit ^ bits[i]).buffer);
}
