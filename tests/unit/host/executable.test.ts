import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProcess } from "../../../src/core/shell.ts";

const CLI = fileURLToPath(new URL("../../../src/cli.ts", import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mac-executable-"));
  const opencode = join(folder, "opencode");
  await writeFile(opencode, `#!/bin/sh\nprintf '<%s>' "$@"\nexit 7\n`);
  await chmod(opencode, 0o755);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function execute(args: readonly string[], path = `${folder}:/usr/bin:/bin`) {
  const { end, stdout, stderr } = await runProcess(process.execPath, [CLI, ...args], {
    cwd: folder,
    env: { PATH: path },
    timeoutMs: 15_000,
  });
  return { exitCode: end.reason === "exited" ? end.exitCode : undefined, stdout, stderr };
}

test("a command is handed to opencode run word for word, and its status is ours", async () => {
  const outcome = await execute(["plan", "--context_file=a b.md", 'say "hi"']);
  expect(outcome).toMatchObject({ stdout: '<run><plan><--><--context_file=a b.md><say "hi">', exitCode: 7 });
});

test("a typing error costs no start of OpenCode", async () => {
  const outcome = await execute(["plan", "--contextfile=x"]);
  expect(outcome).toMatchObject({ stdout: "", exitCode: 1 });
  expect(outcome.stderr).toContain("--contextfile");
  expect((await execute(["deploy"])).stderr).toContain("deploy");
});

test("help needs no OpenCode", async () => {
  const nowhere = join(folder, "empty");
  const overview = await execute([], nowhere);
  expect(overview.exitCode).toBe(0);
  for (const verb of ["plan", "backlog", "implement", "status"]) expect(overview.stdout).toContain(verb);
  expect((await execute(["plan", "--help"], nowhere)).stdout).toContain("--context_file");
});

test("status needs no OpenCode: it says on one line what it cannot tell, and its flags are checked first", async () => {
  const nowhere = `${join(folder, "empty")}:/usr/bin:/bin`;
  const outcome = await execute(["status"], nowhere);
  expect(outcome).toMatchObject({
    exitCode: 1,
    stdout: "",
    stderr: expect.stringMatching(/not in a git repository.*\n$/),
  });
  expect((await execute(["status", "--watch"], nowhere)).stderr).toContain("Unknown flag '--watch' for status");
});

test("without opencode on the PATH it says how to get it", async () => {
  const outcome = await execute(["plan"], join(folder, "empty"));
  expect(outcome.exitCode).toBe(1);
  expect(outcome.stderr).toContain("npm i -g opencode-ai");
});
