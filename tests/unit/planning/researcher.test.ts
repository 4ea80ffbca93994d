import { expect, test } from "bun:test";
import fc from "fast-check";
import { MAX_RESEARCH_BYTES, reasonsToResearch, researchText } from "../../../src/planning/researcher.ts";
import { decodeResearch, renderResearch } from "../../../src/planning/researchSchema.ts";
import { problemsInBrief } from "../../../src/planning/schemaErrors.ts";

function decoded(value: unknown) {
  const result = decodeResearch(value);
  if (!result.ok) throw new Error(result.failure);
  return result.value;
}

test("an answer is cleaned, and what is missing is empty", () => {
  const { research, notes } = decoded({
    findings: [
      { says: " Tokens \u001b[31mexpire\u001b[0m\n after an hour ", source: "https://example.org/auth" },
      { says: "Somebody said so", source: "" },
      { says: "No source at all" },
      { says: "", source: "x" },
    ],
    constraints: ["Node 20", "Node 20", null, ""],
    thoughts: "left out",
  });
  expect(research).toEqual({
    version: 1,
    findings: [{ says: "Tokens expire after an hour", source: "https://example.org/auth" }],
    constraints: ["Node 20"],
    risks: [],
  });
  expect(notes).toHaveLength(2);
  expect(JSON.parse(renderResearch(research))).toEqual(research);
});

test.each([
  [undefined, "must be a JSON object"],
  ["prose", "must be a JSON object"],
  [{ findings: "none" }, "findings: must be array"],
  [{ findings: [{ says: 5, source: "x" }] }, "findings.0.says: must be string"],
  [{ risks: ["x".repeat(601)] }, "risks.0: must NOT have more than 600 characters"],
  [{ constraints: Array.from({ length: 21 }, (_, n) => `c${n}`) }, "constraints: must NOT have more than 20 items"],
])("%j is refused with the place", (value, problem) => {
  const result = decodeResearch(value);
  expect(result.ok ? "accepted" : result.failure).toContain(problem);
});

test("planners read constraints, then risks, then findings with their source", () => {
  expect(
    researchText({
      version: 1,
      findings: [{ says: "It is small", source: "README.md" }],
      constraints: ["Node 20"],
      risks: ["Old clients"],
    }),
  ).toBe("Constraint: Node 20\nRisk: Old clients\nFinding: It is small (README.md)");
  expect(researchText({ version: 1, findings: [], constraints: [], risks: [] })).toBeUndefined();
});

test("what does not fit is dropped from the end, whole lines only, and counted", () => {
  const line = fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 });
  const answer = fc.record({
    findings: fc.array(fc.record({ says: line, source: line }), { maxLength: 30, size: "max" }),
    constraints: fc.array(line, { maxLength: 20, size: "max" }),
    risks: fc.array(line, { maxLength: 20, size: "max" }),
  });
  fc.assert(
    fc.property(answer, (value) => {
      const result = decodeResearch(value);
      if (!result.ok) return;
      const { research } = result.value;
      const lines = (researchText(research) ?? "").split("\n").filter((one) => one !== "");
      expect(Buffer.byteLength(lines.join("\n"))).toBeLessThanOrEqual(MAX_RESEARCH_BYTES);
      const all = research.findings.length + research.constraints.length + research.risks.length;
      const dropped = Number(/^… and (\d+) more$/u.exec(lines.at(-1) ?? "")?.[1] ?? 0);
      expect(lines.length - (dropped > 0 ? 1 : 0) + dropped).toBe(all);
    }),
    { numRuns: 50 },
  );
});

test("a feature is looked into for its links and its technologies", () => {
  expect(reasonsToResearch("Log in by https://example.org/oauth and keep it in PostgreSQL 16.")).toEqual([
    "https://example.org",
    "PostgreSQL 16",
  ]);
  expect(reasonsToResearch("Show http://localhost:3000 in the help text.")).toEqual([]);
});

test("for a person what is wrong with an answer is one line: three problems and how many more", () => {
  const briefly = (value: unknown) => {
    const result = decodeResearch(value);
    return result.ok ? "accepted" : problemsInBrief(result.failure);
  };
  expect(briefly({ findings: "none", risks: "none" })).toBe("findings: must be array; risks: must be array");
  const numbers = Array.from({ length: 20 }, (_, n) => n);
  expect(briefly({ risks: numbers })).toBe(
    "risks.0: must be string; risks.1: must be string; risks.2: must be string; and 17 more",
  );
  expect(problemsInBrief("a\nb\nc\nd")).toBe("a; b; c; and 1 more");
  expect(problemsInBrief("one")).toBe("one");
});
