// The journal: what a synced record costs, and how long the records of a very long run take to read.
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/core/clock.ts";
import { Journal } from "../src/recovery/journal.ts";
import { BEGINNING, encodeRecord } from "../src/recovery/journalRecord.ts";
import { readJournal } from "../src/recovery/readJournal.ts";
import type { RunEvent } from "../src/recovery/runEvents.ts";
import { createRun, journalPath, readRun } from "../src/recovery/runStore.ts";
import { started, wholeTask } from "../tests/unit/recovery/runEventSamples.ts";
import { measureInTurns, printTable, timed } from "./measure.ts";

const RECORDS = 100_000;
const APPENDS = 50;
const OPTIONS = { clock: systemClock, epoch: 1, assertOwned: async () => undefined };

const folder = await mkdtemp(join(tmpdir(), "mac-bench-"));
try {
  printTable(await appending());
  printTable(await opening());
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function appending() {
  const journal = await openJournal(join(folder, "events.jsonl"));
  const plain = await open(join(folder, "plain.jsonl"), "a");
  const [event] = wholeTask("T001");
  const line = `${JSON.stringify({ v: 1, seq: 1, time: 1, epoch: 1, event })}\n`;
  const each = async (append: () => Promise<unknown>) => {
    const duration = await timed(async () => {
      for (let count = 0; count < APPENDS; count++) await append();
    });
    return duration / APPENDS;
  };
  const rows = await measureInTurns(7, {
    "ours: `Journal.append`, on disk when it resolves": () => each(() => journal.append(event ?? {})),
    "a line and `fdatasync`, without checksum or ownership": () =>
      each(async () => {
        await plain.appendFile(line);
        await plain.datasync();
      }),
    "a line, lost with the power": () => each(() => plain.appendFile(line)),
  });
  await Promise.all([journal.close(), plain.close()]);
  return { title: "Recording one event", unit: "ms", rows } as const;
}

async function opening() {
  const runs = join(folder, "runs");
  const runId = await createRun(runs, systemClock);
  const path = journalPath(runs, runId);
  await writeFile(path, journalText());
  const rows = await measureInTurns(5, {
    "ours: `Journal.open` (each checksum, and a synced copy of its own)": () =>
      timed(async () => (await openJournal(path)).close()),
    "ours: `readRun` (each checksum, each event by schema, the whole state)": () => timed(() => readRun(runs, runId)),
    "`JSON.parse` of each line": () =>
      timed(async () => {
        const lines = (await readFile(path, "utf8")).split("\n");
        return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as unknown);
      }),
  });
  return { title: `Opening a journal of ${RECORDS} records`, unit: "ms", rows } as const;
}

async function openJournal(path: string): Promise<Journal> {
  const content = await readJournal(path);
  if (!content.ok) throw new Error(content.failure.message);
  return Journal.open(content.value, OPTIONS);
}

/** A run of one task after the other, each landing at its first attempt. */
function journalText(): string {
  const perTask = wholeTask("T0").length;
  const tasks = Array.from({ length: Math.ceil(RECORDS / perTask) }, (_, index) => `T${index}`);
  const events: RunEvent[] = [started(...tasks), ...tasks.flatMap((task) => wholeTask(task))].slice(0, RECORDS);
  let { sum } = BEGINNING;
  return events
    .map((event, index) => {
      const encoded = encodeRecord({ seq: index + 1, time: index, epoch: 1, event }, sum);
      sum = encoded.sum;
      return encoded.line;
    })
    .join("");
}
