/**
 * A process that keeps on disk what a run keeps, through the code that does: its folder, journal, session, lock, requests
 * of other processes, and statuses in a backlog's file. Prints the trace of what that did to the disk, as JSON, paths
 * below the folder at its argument.
 */
import { join } from "node:path";
import { recordDisk } from "../../support/powerLoss/recordDisk.ts";
import { started, wholeTask } from "../../unit/recovery/runEventSamples.ts";

const folder = process.argv[2] ?? "";
const trace = recordDisk(folder);
const mark = (what: string, value: string) => trace.push({ kind: "mark", what, value });

const { open } = await import("node:fs/promises");
const { systemClock } = await import("../../../src/core/clock.ts");
const { writeFileAtomic } = await import("../../../src/core/files.ts");
const { leaveRequest, removeRequest } = await import("../../../src/recovery/inbox.ts");
const { acquireLock } = await import("../../../src/recovery/lock.ts");
const { currentProcessIdentity } = await import("../../../src/recovery/processIdentity.ts");
const { RunLog } = await import("../../../src/recovery/runLog.ts");
const { journalPath } = await import("../../../src/recovery/runFolder.ts");
const { createRun } = await import("../../../src/recovery/runStore.ts");

const identity = await currentProcessIdentity();
const runs = join(folder, "runs");
const backlog = join(folder, "tasks/BACKLOG.yaml");

async function own(work: (epoch: number, assertOwned: () => Promise<void>) => Promise<void>): Promise<void> {
  const path = join(folder, "locks/track-feature.lock");
  const options = { identity, purpose: "implement feature", timeoutMs: 0, clock: systemClock };
  const acquired = await acquireLock(path, options);
  if (!acquired.ok) throw new Error(acquired.failure.message);
  const lock = acquired.value;
  mark("owned", String(lock.epoch));
  await work(lock.epoch, () => lock.assertOwned());
  await lock.release();
}

let next = 0;

async function record(runId: string, until: number): Promise<void> {
  await own(async (epoch, assertOwned) => {
    const opened = await RunLog.open(runs, runId, { clock: systemClock, epoch, assertOwned });
    if (!opened.ok) throw new Error(opened.failure.message);
    for (; next < until; next++) {
      const event = events[next];
      if (event === undefined) break;
      await opened.value.record(event);
      mark("recorded", String(next));
    }
    await opened.value.close();
  });
}

async function writeStatuses(text: string): Promise<void> {
  mark("writing", text);
  await writeFileAtomic(backlog, text);
  mark("written", text);
}

await writeStatuses("T1: pending\n");
const runId = await createRun(runs, systemClock);
const events = [
  { ...started("T1", "T2"), run_id: runId },
  ...wholeTask("T1"),
  { type: "run_resumed" } as const,
  ...wholeTask("T2").slice(0, 4),
];
mark("run", runId);
await record(runId, 4);
const request = await leaveRequest(join(runs, runId), systemClock, { kind: "pause", on: true });
mark("left", request);
await writeStatuses("T1: in_progress, with more to say than before\n");
await record(runId, 8);
// The next process finds what one that was killed had begun to write.
const torn = await open(journalPath(runs, runId), "a");
await torn.appendFile('{"v":2,"seq":9,"ti');
await torn.close();
mark("removing", request);
await removeRequest(join(runs, runId), request);
await record(runId, events.length);
await writeStatuses("T1: complete\n");

process.stdout.write(JSON.stringify({ events, trace }).replaceAll(`"${folder}/`, '"'));
