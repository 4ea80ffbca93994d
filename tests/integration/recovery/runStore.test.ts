import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Journal } from "../../../src/recovery/journal.ts";
import { BEGINNING, encodeRecord } from "../../../src/recovery/journalRecord.ts";
import { readJournal } from "../../../src/recovery/readJournal.ts";
import type { RunEvent } from "../../../src/recovery/runEvents.ts";
import { journalPath } from "../../../src/recovery/runFolder.ts";
import { RunLog } from "../../../src/recovery/runLog.ts";
import {
  createRun,
  findUnfinishedRun,
  listRuns,
  readRun,
  readRunEvents,
  runsOfUnknownTrack,
  tracksOfRuns,
} from "../../../src/recovery/runStore.ts";
import { attempt, finished, landed, started, wholeTask } from "../../unit/recovery/runEventSamples.ts";

let runs: string;
let time: number;
beforeEach(() => {
  runs = join(mkdtempSync(join(tmpdir(), "mac-runs-")), "runs");
  time = Date.UTC(2026, 0, 2, 3, 4, 5);
});
afterEach(() => rmSync(join(runs, ".."), { recursive: true }));

const clock = { now: () => time };
const options = { clock, epoch: 1, assertOwned: () => Promise.resolve() };

async function openLog(runId: string) {
  const opened = await RunLog.open(runs, runId, options);
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

/** A run of the track, a second after the one before, with these events after its start. */
async function recordRun(trackId: string, ...events: RunEvent[]): Promise<string> {
  time += 1_000;
  const runId = await createRun(runs, clock);
  const log = await openLog(runId);
  const begin = { ...started("T1"), track_id: trackId, run_id: runId };
  for (const event of [begin, ...events]) await log.record(event);
  await log.close();
  return runId;
}

describe("runs", () => {
  test("have ids that sort by time; other things in the folder are not runs", async () => {
    expect(await listRuns(runs)).toEqual([]);
    const first = await createRun(runs, clock);
    expect(first).toMatch(/^20260102-030405000-[0-9a-f]{6}$/);
    time += 1;
    const second = await createRun(runs, clock);
    time += 86_400_000;
    const third = await createRun(runs, clock);
    mkdirSync(join(runs, "notes"));
    expect(await listRuns(runs)).toEqual([third, second, first]);
  });

  test("what was recorded is the state after opening again", async () => {
    const runId = await recordRun("feature", ...wholeTask("T1"));
    const log = await openLog(runId);
    expect(log.state.tasks.get("T1")?.landedCommit).toBe("landed-T1");
    await log.record({ type: "run_resumed" });
    await log.record(finished);
    await log.close();
    const read = await readRun(runs, runId);
    expect(read.ok && read.value.outcome).toBe("complete");
  });

  test("an event that cannot follow never reaches the disk", async () => {
    const runId = await recordRun("feature");
    const before = readFileSync(journalPath(runs, runId), "utf8");
    const log = await openLog(runId);
    expect(await log.record(landed("T1")).catch(String)).toContain("task_landed cannot follow");
    await log.record(attempt("T1"));
    await log.close();
    const after = readFileSync(journalPath(runs, runId), "utf8");
    expect(after.startsWith(before)).toBe(true);
    expect(after.slice(before.length)).toContain('"seq":2,');
    expect(after).not.toContain("task_landed");
  });

  test("a journal whose events make no sense is refused with the place", async () => {
    const runId = await recordRun("feature");
    const content = await readJournal(journalPath(runs, runId));
    if (!content.ok) throw new Error(content.failure.message);
    const journal = await Journal.open(content.value, options);
    await journal.append({ type: "task_exploded" });
    await journal.close();
    const refused = await RunLog.open(runs, runId, options);
    if (refused.ok) throw new Error("opened");
    expect(refused.failure).toMatchObject({ reason: "unknown_event", runId });
    expect(refused.failure.message).toContain("Line 2");
  });
});

test("100,000 events are read, checked and folded in a moment", async () => {
  const runId = await createRun(runs, clock);
  const tasks = Array.from({ length: 14_285 }, (_, index) => `T${index}`);
  const events = [{ ...started(...tasks), run_id: runId }, ...tasks.flatMap((task) => wholeTask(task))];
  let { sum } = BEGINNING;
  const lines = events.map((event, index) => {
    const encoded = encodeRecord({ seq: index + 1, time: time + index, epoch: 1, event }, sum);
    sum = encoded.sum;
    return encoded.line;
  });
  writeFileSync(journalPath(runs, runId), lines.join(""));
  const before = process.cpuUsage();
  const read = await readRun(runs, runId);
  // Of the processor, which the other processes of a busy machine do not add to as they do to the time that passes.
  const { user, system } = process.cpuUsage(before);
  expect(read.ok && [...read.value.tasks.values()].filter(({ phase }) => phase === "complete").length).toBe(14_285);
  const took = (user + system) / 1_000;
  console.log(`${events.length} events folded in ${Math.round(took)} ms`);
  // The target is 500 ms; four times that still tells a quadratic fold from a slow machine.
  expect(took).toBeLessThan(2_000);
});

describe("findUnfinishedRun", () => {
  test("finds the track's latest run if it has not finished", async () => {
    expect(await findUnfinishedRun(runs, "one")).toEqual({ ok: true, value: undefined });
    await recordRun("one", finished);
    const unfinished = await recordRun("one", attempt("T1"));
    await recordRun("other", finished);
    expect(await findUnfinishedRun(runs, "one")).toEqual({ ok: true, value: unfinished });
    expect(await findUnfinishedRun(runs, "other")).toEqual({ ok: true, value: undefined });
    expect(await findUnfinishedRun(runs, "none")).toEqual({ ok: true, value: undefined });
  });

  test("passes by runs that never began, and sees past a torn tail", async () => {
    const unfinished = await recordRun("one", attempt("T1"));
    appendFileSync(journalPath(runs, unfinished), '{"v":1,"se');
    time += 1_000;
    await createRun(runs, clock);
    time += 1_000;
    const torn = await createRun(runs, clock);
    writeFileSync(journalPath(runs, torn), '{"v":1,"seq":1,"event":{"track_id":"one"');
    expect(await findUnfinishedRun(runs, "one")).toEqual({ ok: true, value: unfinished });
  });

  test("a damaged journal is a failure, never a fresh start", async () => {
    const runId = await recordRun("one", ...wholeTask("T1"));
    const path = journalPath(runs, runId);
    writeFileSync(path, readFileSync(path, "utf8").replace('"slot":1', '"slot":2'));
    const found = await findUnfinishedRun(runs, "one");
    expect(found).toMatchObject({ ok: false, failure: { reason: "damaged", runId } });
    expect(await findUnfinishedRun(runs, "other")).toEqual({ ok: true, value: undefined });
    // What the message tells to do: the run is out of the way, and everything of it is still there.
    const message = found.ok ? "" : found.failure.message;
    const command = message.slice(message.indexOf("mv "));
    expect(spawnSync("sh", ["-c", command]).status).toBe(0);
    expect(await findUnfinishedRun(runs, "one")).toEqual({ ok: true, value: undefined });
    expect(readdirSync(join(runs, `${runId}.set-aside`))).toContain("events.jsonl");
  });

  const DAMAGES: Readonly<Record<string, (path: string) => void>> = {
    "an unreadable first line": (path) => writeFileSync(path, readFileSync(path, "utf8").replace(/^.*/, "garbage{{{")),
    "nothing but an unreadable line": (path) => writeFileSync(path, "garbage{{{\n"),
    "no line": (path) => writeFileSync(path, ""),
    "no journal": (path) => rmSync(path),
  };
  for (const [what, damage] of Object.entries(DAMAGES)) {
    test(`a run whose session shows that it had begun, with ${what}, is damaged at line 1, of its track alone`, async () => {
      const runId = await recordRun("one", ...wholeTask("T1"));
      damage(journalPath(runs, runId));
      const refused = {
        reason: "damaged" as const,
        runId,
        message: expect.stringMatching(new RegExp(`damaged at line 1: .*mv .*${runId}.set-aside`)),
      };
      expect(await findUnfinishedRun(runs, "one")).toEqual({ ok: false, failure: refused });
      expect(await readRun(runs, runId)).toEqual({ ok: false, failure: refused });
      expect(await readRunEvents(runs, runId)).toEqual({ ok: false, failure: refused });
      expect(await tracksOfRuns(runs)).toEqual([{ runId, trackId: "one" }]);
      expect(await runsOfUnknownTrack(runs)).toEqual([]);
      expect(await findUnfinishedRun(runs, "other")).toEqual({ ok: true, value: undefined });
    });
  }

  test("a run of which neither journal nor session tells the track may be of any; a newer run of a track hides it", async () => {
    const runId = await recordRun("one", ...wholeTask("T1"));
    rmSync(join(runs, runId, "session.json"));
    DAMAGES["an unreadable first line"]?.(journalPath(runs, runId));
    expect(await runsOfUnknownTrack(runs)).toMatchObject([{ reason: "damaged", runId }]);
    for (const track of ["one", "other"]) {
      const found = await findUnfinishedRun(runs, track);
      expect(found).toMatchObject({ ok: false, failure: { runId } });
      expect(found.ok ? "" : found.failure.message).toContain("which track the run is of cannot be told");
    }
    const next = await recordRun("other", attempt("T1"));
    expect(await findUnfinishedRun(runs, "other")).toEqual({ ok: true, value: next });
  });

  test("the journal of another run is none of this one's, whatever track it tells", async () => {
    const [other, runId] = [await recordRun("two", finished), await recordRun("one", attempt("T1"))];
    cpSync(journalPath(runs, other), journalPath(runs, runId));
    const found = await findUnfinishedRun(runs, "one");
    expect(found).toMatchObject({ ok: false, failure: { reason: "damaged", runId } });
    expect(found.ok ? "" : found.failure.message).toContain(`it is the journal of run ${other}.`);
    expect(await findUnfinishedRun(runs, "two")).toEqual({ ok: true, value: undefined });
    // With the other run's session as well, nothing is left of its own.
    cpSync(join(runs, other, "session.json"), join(runs, runId, "session.json"));
    expect(await runsOfUnknownTrack(runs)).toMatchObject([{ runId }]);
  });
});
