import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeRecord } from "../../../src/recovery/journalRecord.ts";
import { journalPath } from "../../../src/recovery/runFolder.ts";
import { RunLog } from "../../../src/recovery/runLog.ts";
import { findUnfinishedRun, readRun, readRunEvents } from "../../../src/recovery/runStore.ts";

/** Written by the code of before version 2: a run of three tasks that two processes worked on. */
const VERSION_1 = join(import.meta.dir, "../../fixtures/journals/version-1.jsonl");
const RUN = "20260301-101500000-a1b2c3";

let runs: string;
let path: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "mac-versions-"));
  path = journalPath(runs, RUN);
  mkdirSync(join(runs, RUN));
  cpSync(VERSION_1, path);
});
afterEach(() => rmSync(runs, { recursive: true }));

const options = { clock: { now: () => 1_800_000_000_000 }, epoch: 3, assertOwned: () => Promise.resolve() };

describe("a journal of version 1", () => {
  test("tells what it told, and its checkpoints have names", async () => {
    const read = await readRun(runs, RUN);
    if (!read.ok) throw new Error(read.failure.message);
    const { tasks, tokens, head, interrupted } = read.value;
    expect([...tasks.values()].map(({ id, phase }) => [id, phase])).toEqual([
      ["T001", "complete"],
      ["T002", "retrying"],
      ["T003", "awaiting_input"],
    ]);
    expect(tasks.get("T001")?.checkpoints.map(({ id }) => id)).toEqual(["a1b2c3-T001-1-c1"]);
    expect(tasks.get("T002")?.checkpoints.map(({ id }) => id)).toEqual(["a1b2c3-T002-1-c1", "a1b2c3-T002-2-c1"]);
    expect(tasks.get("T003")?.inquiry).toMatchObject({ kind: "approval", checkpoint: "a1b2c3-T003-1" });
    expect({ tokens, interrupted, head }).toEqual({ tokens: 5_100, interrupted: false, head: "6".padStart(40, "0") });
    expect(await findUnfinishedRun(runs, "word-count")).toEqual({ ok: true, value: RUN });
  });

  test("is gone on with: its lines stay as they are, and those of this version follow", async () => {
    const before = readFileSync(path, "utf8");
    const opened = await RunLog.open(runs, RUN, options);
    if (!opened.ok) throw new Error(opened.failure.message);
    const log = opened.value;
    const checkpoint = "a1b2c3-T003-1";
    await log.record({ type: "answer_given", task: "T003", checkpoint, approved: true, input: "yes" });
    await log.record({ type: "landing_intended", task: "T003", attempt: 1, head: "6", commit: "a" });
    await log.record({ type: "task_landed", task: "T003", attempt: 1, commit: "a" });
    await log.close();

    const after = readFileSync(path, "utf8");
    expect(after.startsWith(before)).toBe(true);
    const versions = after
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).v);
    expect(versions).toEqual([...Array(31).fill(1), 2, 2, 2]);
    const read = await readRun(runs, RUN);
    expect(read.ok && read.value.tasks.get("T003")).toMatchObject({ phase: "complete", landedCommit: "a" });
    const events = await readRunEvents(runs, RUN);
    expect(events.ok && events.value.length).toBe(34);
  });
});

test("a record of a newer version is refused with what to do, also in the last line, and nothing is touched", async () => {
  const known = readFileSync(path, "utf8");
  const last = JSON.parse(known.trimEnd().split("\n").at(-1) ?? "");
  const record = { seq: last.seq + 1, time: 5, epoch: 2, event: { type: "task_teleported" } };
  const line = asVersion3(encodeRecord(record, last.sum).line, last.sum);
  writeFileSync(path, known + line);

  const opened = await RunLog.open(runs, RUN, options);
  if (opened.ok) throw new Error("opened");
  expect(opened.failure).toMatchObject({ reason: "newer", runId: RUN });
  expect(opened.failure.message).toContain("written by a newer version of multi-agent-coder: line 32 is of version 3");
  expect(opened.failure.message).toContain(`mv ${join(runs, RUN)} ${join(runs, RUN)}.set-aside`);
  expect(await findUnfinishedRun(runs, "word-count")).toMatchObject({ ok: false, failure: { reason: "newer" } });
  expect(readFileSync(path, "utf8")).toBe(known + line);
});

function asVersion3(line: string, previousSum: string): string {
  const body = `${line.slice(0, line.indexOf(',"sum":"')).replace('"v":2', '"v":3')}}`;
  const sum = new Bun.CryptoHasher("sha256")
    .update(previousSum + body)
    .digest("hex")
    .slice(0, 32);
  return `${body.slice(0, -1)},"sum":"${sum}"}\n`;
}
