import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { detectProjectCommands } from "../../../src/backlog/projectCommands.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "mac-commands-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const manifest = (value: unknown) =>
  writeFile(join(root, "package.json"), typeof value === "string" ? value : JSON.stringify(value));
const NONE = { verify: [], setup: [] };

test("a test script is the check; with dependencies and npm's lock file, npm ci comes first", async () => {
  await manifest({ scripts: { test: "node --test" } });
  expect(await detectProjectCommands(root)).toEqual({ verify: ["npm test"], setup: [] });
  await manifest({ scripts: { test: "jest" }, devDependencies: { jest: "1" } });
  expect(await detectProjectCommands(root)).toEqual(NONE);
  await writeFile(join(root, "package-lock.json"), "{}");
  expect(await detectProjectCommands(root)).toEqual({ verify: ["npm test"], setup: ["npm ci"] });
});

test("nothing is guessed from no file, a broken one, or npm's placeholder", async () => {
  expect(await detectProjectCommands(root)).toEqual(NONE);
  await manifest("{broken");
  expect(await detectProjectCommands(root)).toEqual(NONE);
  await manifest({ scripts: { test: 'echo "Error: no test specified" && exit 1' } });
  expect(await detectProjectCommands(root)).toEqual(NONE);
});
