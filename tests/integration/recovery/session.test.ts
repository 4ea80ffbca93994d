import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { foldJournal } from "../../../src/recovery/foldJournal.ts";
import type { RunEvent } from "../../../src/recovery/runEvents.ts";
import { journalPath } from "../../../src/recovery/runFolder.ts";
import { RunLog } from "../../../src/recovery/runLog.ts";
import { createRun, readRun } from "../../../src/recovery/runStore.ts";
import { stateDigest } from "../../../src/recovery/stateDigest.ts";
import { until } from "../../support/until.ts";
import { attempt, session as opened, started, wholeTask } from "../../unit/recovery/runEventSamples.ts";

let runs: string;
let runId: string;
let journal: string;
let session: string;
beforeEach(async () => {
  runs = mkdtempSync(join(tmpdir(), "mac-session-"));
  runId = await createRun(runs, systemClock);
  journal = journalPath(runs, runId);
  session = join(runs, runId, "session.json");
});
afterEach(() => rmSync(runs, { recursive: true }));

const begun = (...tasks: string[]): RunEvent => ({ ...started(...tasks), run_id: runId });
const owned = () => Promise.resolve();

async function open(assertOwned = owned) {
  const log = await RunLog.open(runs, runId, { clock: systemClock, epoch: 1, assertOwned });
  if (!log.ok) throw new Error(log.failure.message);
  return log.value;
}

async function record(...events: RunEvent[]) {
  const log = await open();
  for (const event of events) await log.record(event);
  await log.close();
}

async function mustRead() {
  const read = await readRun(runs, runId);
  if (!read.ok) throw new Error(read.failure.message);
  return read.value;
}

/** Up to which line the journal was not read again. */
async function knownLines(): Promise<number> {
  const folded = await foldJournal(journal);
  if (!folded.ok) throw new Error(folded.failure.message);
  return folded.value.content.from.place.seq;
}

describe("session.json", () => {
  test("is published while the run goes on, and at its rest", async () => {
    const log = await open();
    await log.record(begun("T1", "T2"));
    for (const event of wholeTask("T1")) await log.record(event);
    await until("a session", async () => existsSync(session));
    await log.record(attempt("T2"));
    await log.close();
    expect(JSON.parse(readFileSync(session, "utf8"))).toMatchObject({
      run_id: runId,
      seq: 9,
      state: { tasks: [{ phase: "complete" }, { phase: "preparing" }] },
    });
  });

  test("spares reading what lies before it; what came after it is read", async () => {
    await record(begun("T1", "T2"), ...wholeTask("T1"));
    const early = readFileSync(session);
    expect(await knownLines()).toBe(8);
    await record(attempt("T2"), opened("T2"));
    expect(await knownLines()).toBe(10);
    const whole = stateDigest(await mustRead());
    writeFileSync(session, early);
    expect(await knownLines()).toBe(8);
    expect(stateDigest(await mustRead())).toBe(whole);
    // Gone on with from there, as if from the beginning.
    await record({ type: "run_interrupted" });
    rmSync(session);
    expect(await knownLines()).toBe(0);
    expect((await mustRead()).interrupted).toBe(true);
  });

  test("missing, cut, changed, of another run, ahead of its journal: the journal tells everything", async () => {
    await record(begun("T1", "T2"), ...wholeTask("T1"));
    const shorter = readFileSync(journal);
    await record(attempt("T2"));
    const sound = readFileSync(session, "utf8");
    const whole = stateDigest(await mustRead());
    const useless = [
      "",
      sound.slice(0, -20),
      sound.replace('"phase":"preparing"', '"phase":"complete"'),
      sound.replace(/"chained":"./, '"chained":"x'),
      "{}",
    ];
    for (const text of useless) {
      writeFileSync(session, text);
      expect(await knownLines()).toBe(0);
      expect(stateDigest(await mustRead())).toBe(whole);
    }
    writeFileSync(session, sound);
    expect(await knownLines()).toBe(9);
    writeFileSync(journal, shorter);
    expect(await knownLines()).toBe(0);
    expect((await mustRead()).tasks.get("T2")?.phase).toBe("ready");
  });

  test("damage before its place is still found", async () => {
    await record(begun("T1", "T2"), ...wholeTask("T1"));
    writeFileSync(journal, readFileSync(journal, "utf8").replace('"slot":1', '"slot":2'));
    expect(await readRun(runs, runId)).toMatchObject({ ok: false, failure: { reason: "damaged" } });
  });

  test("shows only what is on disk, and is not written by who lost the run", async () => {
    let isOurs = true;
    const log = await open(async () => {
      if (!isOurs) throw new Error("the lock is lost");
    });
    await log.record(begun("T1"));
    isOurs = false;
    await log.record(attempt("T1")).catch(() => undefined);
    await log.close();
    expect(await Bun.file(session).exists()).toBe(false);
    expect((await mustRead()).tasks.has("T1")).toBe(true);
  });

  test("that cannot be written stops nobody", async () => {
    const log = await open();
    rmSync(session, { force: true });
    await Bun.write(join(session, "in-the-way"), "");
    await log.record(begun("T1"));
    await log.close();
    expect((await mustRead()).tasks.has("T1")).toBe(true);
  });
});
