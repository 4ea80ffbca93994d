import { expect, test } from "bun:test";
import { optionsWithoutEffect, parseOptions } from "../../src/config.ts";

function optionsOf(given: unknown) {
  const parsed = parseOptions(given);
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value;
}

test("no options are the defaults", () => {
  expect(optionsOf(undefined)).toMatchObject({
    workers: 3,
    maxAttempts: 3,
    taskTimeoutSeconds: 600,
    merge: "fast-forward",
  });
});

test("every wrong key is named in one line", () => {
  const parsed = parseOptions({ wrokers: 2, taskTimeoutSeconds: "600", models: { simple: ["no-slash"] } });
  const line = parsed.ok ? "" : parsed.failure;
  for (const name of ["wrokers", "taskTimeoutSeconds", "models.simple.0"]) expect(line).toContain(name);
  expect(line).not.toContain("\n");
});

test("options of later versions are taken, and named where they ask for more than there is", () => {
  expect(optionsWithoutEffect(optionsOf({ sandbox: "bubblewrap", copy: [".env"], maxGapPlans: 2 }))).toEqual([
    "maxGapPlans",
    "copy",
    "sandbox",
  ]);
  expect(optionsWithoutEffect(optionsOf({ sandbox: "off", failurePolicy: "skip-dependents" }))).toEqual([]);
});
