import { createHash } from "node:crypto";

/** D1. A seed that is the same for the same words; 31 bits, what every API takes. */
export function seedOf(words: string): number {
  return createHash("sha256").update(words).digest().readUInt32BE(0) >>> 1;
}
