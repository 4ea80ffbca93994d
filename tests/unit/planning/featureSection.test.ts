import { expect, test } from "bun:test";
import { Refusal } from "../../../src/core/refusal.ts";
import { featureSection, MAX_FEATURE_IN_PROMPT_BYTES } from "../../../src/planning/featureSection.ts";

test("a feature stands whole between its markers, without what cannot be seen", () => {
  const { parts, leftOut } = featureSection(
    "# Ü\n\n\n  a\u0007b\u202ec\u200b\u{e0041}\ttab 👨‍👩‍👧\u001b[31m red\u001b[0m\n",
    undefined,
  );
  expect(leftOut).toBe(0);
  expect(parts).toHaveLength(1);
  expect(parts[0]).toMatch(/^<<<FEATURE ([0-9a-f]{12})\n# Ü\n\n\n {2}abc\ttab 👨‍👩‍👧 red\nFEATURE \1>>>$/u);
});

test("of a long one the beginning stands there, to a whole line, and where the rest is", () => {
  const line = `${"ä".repeat(40)}\n`;
  const feature = line.repeat(1_000);
  const { parts, leftOut } = featureSection(feature, "docs/feature\u202e.md");
  const [data = "", rest = ""] = parts;
  const shown = data.split("\n").slice(1, -1);
  expect(shown.every((one) => one === line.trimEnd())).toBe(true);
  expect(Buffer.byteLength(shown.join("\n"))).toBeLessThanOrEqual(MAX_FEATURE_IN_PROMPT_BYTES);
  expect(leftOut).toBe(Buffer.byteLength(feature) - shown.length * Buffer.byteLength(line));
  expect(rest).toContain(`from line ${shown.length + 1} on`);
  expect(rest).toContain(String.raw`docs/feature\\u{202e}.md`);
});

test("a long one of a single line is cut at a whole character", () => {
  const [data = ""] = featureSection("ü".repeat(20_000), "feature.md").parts;
  expect(data).not.toContain("\ufffd");
});

test("a long one that agents cannot read is refused, with what to do", () => {
  expect(() => featureSection("x\n".repeat(8_000), undefined)).toThrow(Refusal);
  expect(() => featureSection("x\n".repeat(8_000), undefined)).toThrow("--context_file=tasks/feature.md");
});
