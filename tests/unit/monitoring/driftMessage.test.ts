import { expect, test } from "bun:test";
import fc from "fast-check";
import { driftMessage } from "../../../src/monitoring/driftMessage.ts";

const NOTICE = {
  id: "n1",
  task: "T001",
  signals: ["repeated calls: the same again"],
  scope: ["src/a.ts", "tests/**"],
};

test("one JSON object that says what was seen, what may be written, what to do, and how to acknowledge", () => {
  const { notice, acknowledge } = JSON.parse(driftMessage(NOTICE));
  expect(notice).toMatchObject(NOTICE);
  expect(notice.do).toContain("mac_amend_scope");
  expect(acknowledge).toContain('mac_acknowledge with {"id": "n1"}');
});

test("of a long scope the first entries stay, and it says how many do not", () => {
  const scope = Array.from({ length: 400 }, (_, index) => `src/module${index}/file.ts`);
  const { notice } = JSON.parse(driftMessage({ ...NOTICE, scope }));
  expect(notice.scope.length).toBeGreaterThan(30);
  expect(notice.scope).toEqual(scope.slice(0, notice.scope.length));
  expect(notice.scopeLeftOut).toBe(400 - notice.scope.length);
});

test("it is one line, can be read back, and takes at most 3,072 bytes, whatever goes in", () => {
  const nasty = fc.oneof(
    fc.string({ unit: "binary", maxLength: 600 }),
    fc.constantFrom(
      '"'.repeat(5_000),
      "\\".repeat(5_000),
      "\u0001".repeat(5_000),
      "𝒳".repeat(3_000),
      "\ud800".repeat(2_000),
      "\n",
    ),
  );
  const many = fc.array(nasty, { maxLength: 60 });
  fc.assert(
    fc.property(fc.record({ id: nasty, task: nasty, signals: many, scope: many }), (notice) => {
      const message = driftMessage(notice);
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(3_072);
      expect(message).not.toContain("\n");
      expect(Object.keys(JSON.parse(message))).toEqual(["notice", "acknowledge"]);
    }),
    { numRuns: 150 },
  );
});
