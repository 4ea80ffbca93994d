import { expect, test } from "bun:test";
import { parseOptions } from "../../src/config.ts";

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
