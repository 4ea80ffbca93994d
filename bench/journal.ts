// The journal: what a synced record costs, and how long the records of a very long run take to read.
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../src/core/clock.ts";
import { writeFileAtomic } from "../src/core/files.ts";
import { type FoldedJournal, foldJournal } from "../src/recovery/foldJournal.ts";
import { Journal } from "../src/recovery/journal.ts";
import { BEGINNING, encodeRecord } from "../src/recovery/journalRecord.ts";
import { readJournal } from "../src/recovery/readJournal.ts";
import type { RunEvent } from "../src/recovery/runEvents.ts";
import { journalPath } from "../src/recovery/runFolder.ts";
import { RunProjection } from "../src/recovery/runState.ts";
import { createRun } from "../src/recovery/runStore.ts";
import { sessionPath } from "../src/recovery/session/sessionFile.ts";
import { stateOf } from "../src/recovery/session/sessionState.ts";
import { parseSession, SessionWriter } from "../src/recovery/session/sessionText.ts";
import { started, wholeTask } from "../tests/unit/recovery/runEventSamples.ts";
import { measureInTurns, printTable, timed } from "./measure.ts";

const RECORDS = 100_000;
const APPENDS = 50;
const OPTIONS = { clock: systemClock, epoch: 1, assertOwned: async () => undefined };

const folder = await mkdtemp(join(tmpdir(), "mac-bench-"));
try {
  printTable(await appending());
  printTable(await opening());
  printTable(await publishing());
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
  const session = sessionPath(path);
  const sessionText = await sessionOf(path);
  const rows = await measureInTurns(5, {
    "ours: `readRun` (each checksum, each event by schema, the whole state)": () =>
      timed(
        async () => mustFold(path),
        () => writeFile(session, sessionText),
      ),
    "ours: `readRun` with a session (each checksum, the state as it was published)": () =>
      timed(
        async () => mustFold(path),
        () => rm(session),
      ),
    "ours: `Journal.open` (each checksum, and a synced copy of its own)": () =>
      timed(async () => (await openJournal(path)).close()),
    "`JSON.parse` of each line": () =>
      timed(async () => {
        const lines = (await readFile(path, "utf8")).split("\n");
        return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as unknown);
      }),
  });
  return { title: `Opening a journal of ${RECORDS} records`, unit: "ms", rows } as const;
}

/** What a session costs where much happens in a run of 10,000 tasks, and what reading such a one costs. */
async function publishing() {
  const tasks = Array.from({ length: 10_000 }, (_, index) => `T${index}`);
  const projection = new RunProjection();
  for (const event of [started(...tasks), ...tasks.flatMap((task) => wholeTask(task))]) projection.apply(event);
  const writer = new SessionWriter();
  const place = { seq: 70_001, sum: BEGINNING.sum };
  const path = join(folder, "session.json");
  let round = 0;
  const publish = async (some: SessionWriter) => {
    // Between two sessions something happened to a hundred tasks.
    for (const task of tasks.slice(0, 100)) projection.apply({ type: "task_paused", task, because: `${round++}` });
    await writeFileAtomic(path, some.textOf(projection.state, place) ?? "");
  };
  const rows = await measureInTurns(5, {
    "ours: publishing, 100 of them changed": () => timed(() => publish(writer)),
    "ours: publishing, nothing known from before": () => timed(() => publish(new SessionWriter())),
    "ours: reading it (checksum, schema, state)": () =>
      timed(async () => {
        const session = parseSession(await readFile(path, "utf8"));
        if (session !== undefined) stateOf(session.state);
      }),
  });
  return { title: "A session of 10,000 landed tasks", unit: "ms", rows } as const;
}

async function sessionOf(path: string): Promise<string> {
  const { content, projection } = await mustFold(path);
  return new SessionWriter().textOf(projection.state, content.end) ?? "";
}

async function mustFold(path: string): Promise<FoldedJournal> {
  const folded = await foldJournal(path);
  if (!folded.ok) throw new Error(folded.failure.message);
  return folded.value;
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
