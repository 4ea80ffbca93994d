import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess } from "../../../src/core/shell.ts";
import { PROJECT_ROOT } from "../../support/hermeticHome.ts";

async function runTestScript(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), "mac-suite-"));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const outcome = await runProcess("node", [join(PROJECT_ROOT, "scripts/test.mjs"), folder], {
      cwd: PROJECT_ROOT,
      env: { PATH: process.env.PATH ?? "" },
      timeoutMs: 30_000,
    });
    return { end: outcome.end, lastLine: outcome.stdout.trimEnd().split("\n").at(-1) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const suite = (...lines: readonly string[]) => ['import { expect, test } from "bun:test";', ...lines].join("\n");
const passing = 'test("holds", () => expect(1).toBe(1));';
const failing = 'test("does not hold", () => expect(1).toBe(2));';

test("the last line and the exit status tell a green run", async () => {
  const { end, lastLine } = await runTestScript({ "a.test.ts": suite(passing), "b.test.ts": suite(passing) });
  expect(lastLine).toBe("2 passed, 0 failed");
  expect(end).toEqual({ reason: "exited", exitCode: 0 });
});

test("a failing test is counted", async () => {
  const { end, lastLine } = await runTestScript({ "a.test.ts": suite(passing, failing) });
  expect(lastLine).toBe("1 passed, 1 failed");
  expect(end).toEqual({ reason: "exited", exitCode: 1 });
});

test("a file that does not load is a failure, and so is a run without tests", async () => {
  const broken = await runTestScript({ "a.test.ts": suite(passing), "b.test.ts": 'import "./missing.ts";' });
  expect(broken.lastLine).toBe("1 passed, 1 failed");
  expect(broken.end).toEqual({ reason: "exited", exitCode: 1 });

  const empty = await runTestScript({});
  expect(empty.lastLine).toBe("0 passed, 1 failed");
});
