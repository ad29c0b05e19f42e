// A message as the stage takes it.

/**
 * @import { Message as Sent } from "../contract"
 * @import { Message } from "../types"
 */

// Steps that are only counted have no names of their own.
/** @param {Sent} told @returns {Message} */
export function named({ labels, ...told }) {
  return { ...told, labels: typeof labels === "number" ? Array.from({ length: labels }, (_, i) => String(i + 1)) : labels };
}
