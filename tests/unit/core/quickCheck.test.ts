import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { quickCheck } from "../../../src/core/quickCheck.ts";

const schema = z.object({
  kind: z.literal("a"),
  text: z.string(),
  number: z.number(),
  flag: z.boolean().optional(),
  nothing: z.string().nullable(),
  level: z.enum(["low", "high"]),
  list: z.array(z.object({ name: z.string(), more: z.array(z.number()).optional() })),
  strict: z.strictObject({ a: z.string(), b: z.number().optional() }).optional(),
  union: z
    .discriminatedUnion("is", [
      z.strictObject({ is: z.literal(true) }),
      z.object({ is: z.literal(false), why: z.string() }),
    ])
    .optional(),
  // Parts the quick check does not know.
  either: z.union([z.string(), z.number()]).optional(),
  short: z.string().max(3).optional(),
  whole: z.number().int().optional(),
});
const fits = quickCheck(schema);

describe("quickCheck", () => {
  test("says yes to what fits", () => {
    const least = { kind: "a", text: "t", number: 1, nothing: null, level: "low", list: [] };
    const list = [{ name: "n", more: [1] }, { name: "m" }];
    const most = {
      ...least,
      nothing: "x",
      flag: true,
      list,
      either: 7,
      short: "abc",
      whole: 3,
      strict: { a: "" },
      union: { is: false, why: "", more: 1 },
      unknown: true,
    };
    for (const value of [least, most]) expect(fits(value)).toBe(true);
  });

  test("never says yes to what the schema refuses", () => {
    const part = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom("a", "low", "high", null, 1.5, Number.NaN, "four", undefined),
    );
    const strict = fc.record({ a: part, b: part, c: part }, { requiredKeys: [] });
    const union = fc.record({ is: fc.boolean(), why: part, more: part }, { requiredKeys: ["is"] });
    const list = fc.oneof(part, fc.array(fc.record({ name: part, more: part }, { requiredKeys: [] })));
    const near = { kind: "a", text: "t", number: 1, nothing: null, level: "low", list: [] };
    const changes = fc.record(
      {
        kind: part,
        text: part,
        number: part,
        flag: part,
        nothing: part,
        level: part,
        list,
        either: part,
        short: part,
        whole: part,
        strict,
        union,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          part,
          changes,
          changes.map((change) => ({ ...near, ...change })),
        ),
        (value) => {
          if (fits(value)) expect(schema.safeParse(value).success).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
