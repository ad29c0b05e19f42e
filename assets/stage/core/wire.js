// Bytes from app/messages/wire.py to values: JSON with typed arrays in the places of "$array".

/**
 * @typedef {{ dtype: keyof typeof TYPES, shape: number[], offset: number, length: number, filter: string }} Packed
 * @typedef {InstanceType<typeof TYPES[keyof typeof TYPES]>} Flat
 * @typedef {Flat | Rows[]} Rows one array for each index but the last
 */

const TYPES = {
  uint8: Uint8Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<any>} */
export async function unpack(bytes) {
  const { readable, writable } = new DecompressionStream("deflate");
  const writer = writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  const [buffer] = await Promise.all([new Response(readable).arrayBuffer(), written]);
  return read(buffer);
}

// The same of bytes that are not compressed, or no longer.
/** @param {ArrayBuffer} buffer @returns {any} */
export function read(buffer) {
  const headLength = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headLength)));
  const start = 4 + headLength;
  /** @type {Rows[]} */
  const arrays = head.arrays.map((/** @type {Packed} */ entry) => {
    const raw = new Uint8Array(buffer, start + entry.offset, entry.length);
    return rows(typed(raw, entry), entry.shape);
  });
  return restore(head.body, arrays);
}

/** @param {Uint8Array<ArrayBuffer>} raw @param {Packed} entry */
function typed(raw, { dtype, shape, filter }) {
  const Type = TYPES[dtype];
  const width = Type.BYTES_PER_ELEMENT;
  if (filter === "shuffle") return new Type(unshuffled(raw, width).buffer);
  if (filter === "delta") return undiffed(raw, raw.length / shape[0]);
  return new Type(raw.slice().buffer);
}

/** @param {Uint8Array} raw @param {number} width */
function unshuffled(raw, width) {
  const count = raw.length / width;
  const out = new Uint8Array(raw.length);
  for (let byte = 0; byte < width; byte++) {
    for (let i = 0; i < count; i++) out[i * width + byte] = raw[byte * count + i];
  }
  return out;
}

/** @param {Uint8Array<ArrayBuffer>} raw @param {number} stride */
function undiffed(raw, stride) {
  const out = raw.slice();
  for (let i = stride; i < out.length; i++) out[i] = (out[i] + out[i - stride]) & 255;
  return out;
}

// A flat array for one axis; nested arrays whose innermost rows are views of one buffer otherwise.
/** @param {Flat} flat @param {number[]} shape @returns {Rows} */
function rows(flat, shape) {
  if (shape.length < 2) return flat;
  const stride = flat.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) =>
    rows(flat.subarray(i * stride, (i + 1) * stride), shape.slice(1)),
  );
}

/** @param {any} value @param {Rows[]} arrays @returns {any} */
function restore(value, arrays) {
  if (Array.isArray(value)) return value.map((item) => restore(item, arrays));
  if (value === null || typeof value !== "object") return value;
  if ("$array" in value) return arrays[value.$array];
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, restore(item, arrays)]));
}
