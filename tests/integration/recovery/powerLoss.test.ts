import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/core/clock.ts";
import { waitingRequests } from "../../../src/recovery/inbox.ts";
import { acquireLock } from "../../../src/recovery/lock.ts";
import { currentProcessIdentity } from "../../../src/recovery/processIdentity.ts";
import type { RunEvent } from "../../../src/recovery/runEvents.ts";
import { RunLog } from "../../../src/recovery/runLog.ts";
import { RunProjection } from "../../../src/recovery/runState.ts";
import { listRuns, readRun, readRunEvents } from "../../../src/recovery/runStore.ts";
import { stateDigest } from "../../../src/recovery/stateDigest.ts";
import { crashedDisks, type Disk } from "../../support/powerLoss/crashedDisks.ts";
import type { DiskEvent, Mark } from "../../support/powerLoss/diskTrace.ts";

/** In memory where there is such a folder: what is shown needs no disk, and is shown some hundred times. */
const PLACE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

let folder: string;
let recorded: { readonly events: readonly RunEvent[]; readonly trace: readonly DiskEvent[] };
beforeAll(() => {
  folder = mkdtempSync(join(PLACE, "mac-power-"));
  const root = join(folder, "recorded");
  mkdirSync(root);
  const child = spawnSync(process.execPath, [join(import.meta.dir, "powerLossRun.ts"), root], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(child.stderr);
  recorded = JSON.parse(child.stdout);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const self = await currentProcessIdentity();
/** The machine has started again since the lock was taken. */
const rebooted = { ...self, bootId: "00000000-0000-0000-0000-000000000001" };

/** What the next process finds. */
interface Found {
  readonly runs: readonly string[];
  readonly events: readonly RunEvent[];
  readonly requests: readonly string[];
  readonly epoch: number;
  readonly statuses: string | undefined;
}

describe("a power cut at any moment", () => {
  test("takes nothing that was said to be on disk, and whatever it leaves opens and is gone on with", async () => {
    const crashed = crashedDisks(recorded.trace);
    console.log(`${recorded.trace.length} steps, ${crashed.length} disks`);
    expect(crashed.length).toBeGreaterThan(200);
    for (const [index, { disk, known }] of crashed.entries()) {
      const root = join(folder, String(index));
      layOut(root, disk);
      try {
        const found = await recover(root);
        for (const marks of known) expectKept(found, marks);
      } catch (error) {
        const shown = [...disk].map(([name, content]) => `${name}: ${content?.toString() ?? "folder"}`).join("\n");
        throw new Error(`${String(error)}\n${shown}`, { cause: error });
      }
      rmSync(root, { recursive: true });
    }
  });
});

function layOut(root: string, disk: Disk): void {
  mkdirSync(root);
  const byLength = [...disk].sort(([a], [b]) => a.length - b.length);
  for (const [name, content] of byLength) if (content === null) mkdirSync(join(root, name));
  for (const [name, content] of disk) if (content !== null) writeFileSync(join(root, name), content);
}

/** As the next command does: takes the lock, opens the run, goes on. */
async function recover(root: string): Promise<Found> {
  const options = { identity: rebooted, purpose: "implement feature", timeoutMs: 0, clock: systemClock };
  const lock = await acquireLock(join(root, "locks/track-feature.lock"), options);
  if (!lock.ok) throw new Error(lock.failure.message);
  const statuses = join(root, "tasks/BACKLOG.yaml");
  const runs = await listRuns(join(root, "runs"));
  const found = await Promise.all(runs.map((runId) => goOn(join(root, "runs"), runId, lock.value.epoch)));
  return {
    runs,
    events: found.flatMap(({ events }) => events),
    requests: found.flatMap(({ requests }) => requests),
    epoch: lock.value.epoch,
    statuses: existsSync(statuses) ? readFileSync(statuses, "utf8") : undefined,
  };
}

async function goOn(runs: string, runId: string, epoch: number): Promise<Pick<Found, "events" | "requests">> {
  const before = await mustRead(readRun(runs, runId));
  const events = await mustRead(readRunEvents(runs, runId));
  expect(stateDigest(before)).toBe(stateDigest(fold(events)));
  const opened = await mustRead(RunLog.open(runs, runId, { clock: systemClock, epoch, assertOwned: async () => {} }));
  expect(stateDigest(opened.state)).toBe(stateDigest(before));
  if (events.length > 0) await opened.record({ type: "run_interrupted" });
  await opened.close();
  expect((await mustRead(readRunEvents(runs, runId))).length).toBe(events.length > 0 ? events.length + 1 : 0);
  const requests = await waitingRequests(join(runs, runId));
  return { events, requests: requests.map(({ name }) => name) };
}

function fold(events: readonly RunEvent[]) {
  const projection = new RunProjection();
  for (const event of events) expect(projection.apply(event).ok).toBe(true);
  return projection.state;
}

async function mustRead<Value>(
  reading: Promise<{ ok: true; value: Value } | { ok: false; failure: { message: string } }>,
): Promise<Value> {
  const read = await reading;
  if (!read.ok) throw new Error(read.failure.message);
  return read.value;
}

function expectKept(found: Found, marks: readonly Mark[]): void {
  const values = (what: string) => marks.filter((mark) => mark.what === what).map(({ value }) => value);
  expect(found.runs).toEqual(expect.arrayContaining(values("run")));
  expect(found.events).toEqual(recorded.events.slice(0, found.events.length));
  expect(found.events.length).toBeGreaterThanOrEqual(values("recorded").length);
  expect(found.epoch).toBeGreaterThan(values("owned").length);
  const left = values("left").filter((name) => !values("removing").includes(name));
  expect(found.requests).toEqual(expect.arrayContaining(left));
  const [writing, written] = [values("writing"), values("written")];
  // The newest that was written, or the one after it; before the first, perhaps none.
  const possible: (string | undefined)[] = writing.slice(Math.max(0, written.length - 1));
  expect(written.length === 0 ? [undefined, ...possible] : possible).toContain(found.statuses);
}
