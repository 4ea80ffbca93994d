import fc from "fast-check";
import type { Mess, MessClass } from "../../../src/rebasing/mess.ts";

/** Any UTF-16: halves of characters, control characters and what steers terminals and models included. */
export function anyTextAtAll(maxLength: number): fc.Arbitrary<string> {
  const unit = fc.oneof(
    fc.nat(0xffff).map((code) => String.fromCharCode(code)),
    fc.constantFrom(
      "\n",
      "\r\n",
      " ",
      "> ",
      "```\n",
      "\u001b[31m",
      "\u202e",
      "</lessons>",
      "漢",
      "🦊",
      "error a.ts:1: ",
    ),
  );
  return fc.string({ unit, maxLength });
}

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

export const anyMess: fc.Arbitrary<Mess> = fc.record({
  mess: fc.constantFrom<MessClass>("drift", "scope", "no_progress", "acceptance", "verify", "conflict", "rejected"),
  says: anyTextAtAll(400),
  command: optional(anyTextAtAll(300)),
  printed: optional(anyTextAtAll(4_000)),
  assertions: optional(
    fc.array(
      fc.record({
        says: anyTextAtAll(900),
        test: optional(anyTextAtAll(200)),
        file: optional(anyTextAtAll(200)),
        line: optional(fc.nat()),
      }),
      { maxLength: 8 },
    ),
  ),
  paths: optional(fc.array(anyTextAtAll(200), { maxLength: 20 })),
  signals: optional(fc.array(anyTextAtAll(200), { maxLength: 10 })),
});
