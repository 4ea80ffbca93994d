import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { passed, runProcess } from "../../../src/core/shell.ts";
import { renderPlan } from "../../../src/planning/planDocument.ts";
import { readPlanFile } from "../../../src/planning/planFile.ts";
import { PLAN } from "./planSamples.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plan-file-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(content: string | Uint8Array): Promise<string> {
  const path = join(folder, "PLAN.md");
  await writeFile(path, content);
  return path;
}

async function problem(path: string): Promise<string> {
  const read = await readPlanFile(path, "tasks/PLAN.md");
  if (read.ok) throw new Error("was accepted");
  return read.failure;
}

test("gives the plan and every byte of the text", async () => {
  const text = `\u{feff}${renderPlan(PLAN)}`.replaceAll("\n", "\r\n");
  const read = await readPlanFile(await write(text), "PLAN.md");
  expect(read.ok && read.value.plan).toEqual(PLAN);
  expect(read.ok && read.value.text).toBe(text);
});

test("names the place of bytes that are not UTF-8", async () => {
  const [start, end] = [Buffer.from("# Plan\r\n\r\nä\u{fffd}👩x"), Buffer.from(renderPlan(PLAN))];
  for (const bad of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xef, 0xbf, 0x20], [0xe2, 0x82]]) {
    const path = await write(Buffer.concat([start, Buffer.from(bad), end]));
    expect(await problem(path)).toBe("tasks/PLAN.md:3:6: the file is not UTF-8 text");
  }
  expect(await problem(await write(Buffer.from(`\u{feff}${renderPlan(PLAN)}`, "utf16le")))).toBe(
    "tasks/PLAN.md:1:1: the file is not UTF-8 text",
  );
});

test("refuses what is not there, not a file, or far too large, without reading it", async () => {
  expect(await problem(join(folder, "none.md"))).toBe(
    "tasks/PLAN.md: there is no such file; make one with 'opencode run plan'.",
  );
  await mkdir(join(folder, "sub"));
  expect(await problem(join(folder, "sub"))).toBe("tasks/PLAN.md:1:1: the file cannot be read: it is a folder");
  const pipe = join(folder, "pipe");
  const env = { PATH: process.env.PATH ?? "" };
  expect(passed(await runProcess("mkfifo", [pipe], { cwd: folder, env, timeoutMs: 5_000 }))).toBe(true);
  expect(await problem(pipe)).toBe("tasks/PLAN.md:1:1: the file cannot be read: it is not a regular file");

  const path = await write(renderPlan(PLAN));
  await truncate(path, 50 * 2 ** 20);
  expect(await problem(path)).toBe("tasks/PLAN.md:1:1: the file has 50 MB; at most 12 are read");
});
