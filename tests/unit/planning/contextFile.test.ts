import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refusal } from "../../../src/core/refusal.ts";
import { passed, runProcess } from "../../../src/core/shell.ts";
import { MAX_FEATURE_BYTES, readFeatureRequest } from "../../../src/planning/contextFile.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "context-file-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function readFile(content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, "feature.md"), content);
  return readNamed("feature.md");
}

function readNamed(name: string): Promise<string> {
  return readFeatureRequest({ kind: "file", path: join(folder, name), shown: name });
}

async function refusal(reading: Promise<string>): Promise<string> {
  const outcome = await reading.catch((error: unknown) => error);
  if (!(outcome instanceof Refusal)) throw new Error(`no Refusal: ${String(outcome)}`);
  expect(outcome.message).not.toContain("\n");
  return outcome.message;
}

test("byte-order mark and line ends are normalised, the rest is as written", async () => {
  expect(await readFile("\ufeff# Übung\r\n\r\n  x\r\n")).toBe("# Übung\n\n  x\n");
  await symlink("feature.md", join(folder, "link.md"));
  expect(await readNamed("link.md")).toStartWith("# Übung");
  expect(await readFeatureRequest({ kind: "inline", text: "Add a cache\r\n" })).toBe("Add a cache\n");
});

test("exactly the limit is read, one byte more is refused with its size", async () => {
  expect(await readFile("x".repeat(MAX_FEATURE_BYTES))).toHaveLength(MAX_FEATURE_BYTES);
  expect(await refusal(readFile("x".repeat(MAX_FEATURE_BYTES + 1)))).toContain("feature.md is 257 KB; at most 256 KB");
  expect(await refusal(readFile("x".repeat(5_000_000)))).toContain("is 4,883 KB");
  expect(await refusal(readFeatureRequest({ kind: "inline", text: "ü".repeat(200_000) }))).toContain(
    "feature text is 391 KB",
  );
});

test("what is missing, empty or no text is refused by name", async () => {
  await mkdir(join(folder, "docs"));
  expect(await refusal(readNamed("nothing.md"))).toStartWith("Context file nothing.md does not exist.");
  expect(await refusal(readNamed("feature.md/x"))).toStartWith("Context file feature.md/x does not exist.");
  expect(await refusal(readNamed("docs"))).toStartWith("Context file docs cannot be read: it is a folder.");
  expect(await refusal(readFile(""))).toStartWith("Context file feature.md is empty.");
  expect(await refusal(readFile(" \n\t\ufeff\n"))).toStartWith("Context file feature.md is empty.");
  expect(await refusal(readFile(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff])))).toContain("is not UTF-8 text");
  expect(await refusal(readFile("a\0b"))).toContain("holds a NUL character");
  expect(await refusal(readFeatureRequest({ kind: "inline", text: "\n" }))).toStartWith("The feature text is empty.");
});

test("a named pipe is refused without waiting for a writer", async () => {
  const env = { PATH: process.env.PATH ?? "" };
  expect(passed(await runProcess("mkfifo", ["pipe"], { cwd: folder, env, timeoutMs: 5_000 }))).toBe(true);
  expect(await refusal(readNamed("pipe"))).toStartWith("Context file pipe cannot be read: it is not a regular file.");
});
