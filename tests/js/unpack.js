// What wire.js makes of the bytes on standard input, as text: arrays by their type and their bits.
// tests/app/messages/test_unpacking.py packs the bytes and reads the text.

import { buffer } from "node:stream/consumers";

import { unpack } from "../../assets/stage/core/wire.js";

function told(value) {
  if (ArrayBuffer.isView(value)) {
    return { type: value.constructor.name, bits: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex") };
  }
  if (Array.isArray(value)) return value.map(told);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, told(item)]));
}

process.stdout.write(JSON.stringify(told(await unpack(await buffer(process.stdin)))));
