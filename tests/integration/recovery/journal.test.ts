import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type FileHandle, open as openFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Journal, JournalWriteError } from "../../../src/recovery/journal.ts";
import type { JournalRecord } from "../../../src/recovery/journalRecord.ts";
import { readJournal, recordsOf } from "../../../src/recovery/readJournal.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mac-journal-"));
  path = join(folder, "events.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const clock = { now: () => 1_700_000_000_000 };
const owned = () => Promise.resolve();

async function open(epoch = 1, assertOwned = owned) {
  const content = await readJournal(path);
  if (!content.ok) throw new Error(content.failure.message);
  const records = [...recordsOf(content.value)].map((read): JournalRecord => {
    if (!read.ok) throw new Error(read.failure.message);
    return read.value;
  });
  return { records, journal: await Journal.open(content.value, { clock, epoch, assertOwned }) };
}

async function writeJournal(count: number) {
  const { journal } = await open();
  for (let n = 1; n <= count; n++) await journal.append({ type: "event", n });
  await journal.close();
  return readFileSync(path);
}

async function eventNumbers() {
  const content = await readJournal(path);
  if (!content.ok) return content.failure.message;
  return [...recordsOf(content.value)].map((read) => read.ok && (read.value.event as { n: number }).n);
}

describe("Journal", () => {
  test("holds what was appended, in the order of the calls, across openings", async () => {
    const { journal, records } = await open(1);
    expect(records).toEqual([]);
    await Promise.all([1, 2, 3].map((n) => journal.append({ n })));
    await journal.close();
    const again = await open(2);
    expect(again.records.map(({ seq, epoch, event }) => ({ seq, epoch, event }))).toEqual([
      { seq: 1, epoch: 1, event: { n: 1 } },
      { seq: 2, epoch: 1, event: { n: 2 } },
      { seq: 3, epoch: 1, event: { n: 3 } },
    ]);
    await again.journal.append({ n: 4 });
    await again.journal.close();
    expect(await eventNumbers()).toEqual([1, 2, 3, 4]);
    expect(readdirSync(folder)).toEqual(["events.jsonl"]);
  });

  test("an event is on disk, for any reader, when its append resolves", async () => {
    const { journal } = await open();
    await journal.append({ n: 1 });
    expect(await eventNumbers()).toEqual([1]);
    await journal.close();
  });

  test("cut anywhere, it opens with the whole lines, keeps the rest aside, and goes on", async () => {
    const whole = await writeJournal(2);
    const lineEnds = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([index]) => index + 1);
    for (let length = 0; length <= whole.length; length++) {
      rmSync(`${path}.torn`, { force: true });
      writeFileSync(path, whole.subarray(0, length));
      const intact = lineEnds.filter((end) => end <= length);
      const { journal, records } = await open(2);
      expect({ length, records: records.length }).toEqual({ length, records: intact.length });
      const torn = whole.subarray(intact.at(-1) ?? 0, length);
      if (torn.length > 0) expect(readFileSync(`${path}.torn`)).toEqual(Buffer.concat([torn, Buffer.from("\n")]));
      await journal.append({ n: 9 });
      await journal.close();
      expect(await eventNumbers()).toEqual([...[1, 2].slice(0, intact.length), 9]);
    }
  });

  test("a last line that does not verify is cut off as well; a reader changes nothing", async () => {
    const whole = await writeJournal(2);
    const spoilt = Buffer.from(whole);
    spoilt[whole.length - 10] = 0;
    writeFileSync(path, spoilt);
    expect(await eventNumbers()).toEqual([1]);
    expect(readFileSync(path)).toEqual(spoilt);
    const { journal, records } = await open(2);
    await journal.close();
    expect(records.length).toBe(1);
  });

  test("damage before the last line is refused with its line and what to do, and nothing is touched", async () => {
    const whole = await writeJournal(4);
    const text = whole.toString();
    const lines = text.trimEnd().split("\n");
    const damages: [number, string][] = [
      [2, text.replace('"n":2', '"n":7')],
      [2, [lines[0], lines[2], lines[3], ""].join("\n")],
      [3, [lines[0], lines[1], "", lines[2], lines[3], ""].join("\n")],
      [1, `\n${text}`],
    ];
    for (const [line, damaged] of damages) {
      writeFileSync(path, damaged);
      const opened = await readJournal(path);
      if (opened.ok) throw new Error(`opened with ${JSON.stringify(damaged)}`);
      expect(opened.failure).toMatchObject({ reason: "damaged", path, line });
      expect(opened.failure.message).toContain(`damaged at line ${line}`);
      expect(opened.failure.message).toContain("Put back a copy");
      expect(readFileSync(path, "utf8")).toBe(damaged);
    }
  });

  test("after a write that failed nothing more is written, and the journal still opens", async () => {
    let lost = false;
    const { journal } = await open(1, async () => {
      if (lost) throw new Error("the lock is lost");
    });
    await journal.append({ n: 1 });
    lost = true;
    const failed = await journal.append({ n: 2 }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(JournalWriteError);
    expect(String(failed)).toContain("the lock is lost");
    lost = false;
    expect(await journal.append({ n: 3 }).catch((error: unknown) => error)).toBeInstanceOf(JournalWriteError);
    await journal.close();
    expect(await eventNumbers()).not.toContain(3);
    await (await open(2)).journal.close();
  });

  test.if(process.platform === "linux")("a full disk is reported and poisons it", async () => {
    const { journal } = await open();
    // /dev/full answers every write with ENOSPC.
    const own: FileHandle = Reflect.get(journal, "handle");
    Reflect.set(journal, "handle", await openFile("/dev/full", "a"));
    await own.close();
    const failed = await journal.append({ n: 1 }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(JournalWriteError);
    expect(String(failed)).toContain("ENOSPC");
    expect(await journal.append({ n: 2 }).catch((error: unknown) => error)).toBe(failed);
    await journal.close();
  });

  test("an owner that was replaced cannot reach the journal any more, even in the middle of a write", async () => {
    const stale = await open(1);
    await stale.journal.append({ n: 1 });
    const next = await open(2);
    await stale.journal.append({ n: 66 });
    await next.journal.append({ n: 2 });
    await stale.journal.append({ n: 67 });
    await Promise.all([stale.journal.close(), next.journal.close()]);
    expect(await eventNumbers()).toEqual([1, 2]);
  });

  test("an epoch that fell, its count having been lost, does not spoil the journal", async () => {
    const first = await open(7);
    await first.journal.append({ n: 1 });
    await first.journal.close();
    const second = await open(1);
    await second.journal.append({ n: 2 });
    await second.journal.close();
    expect(await eventNumbers()).toEqual([1, 2]);
  });

  test("what was acknowledged before a SIGKILL is there after it", async () => {
    const script = join(import.meta.dir, "journalWriter.ts");
    const child = spawn(process.execPath, [script, path], { stdio: ["ignore", "pipe", "inherit"] });
    const exited = once(child, "exit");
    let acknowledged = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged === 20) child.kill("SIGKILL");
    }
    await exited;
    expect(acknowledged).toBeGreaterThanOrEqual(20);
    const { journal, records } = await open(2);
    await journal.close();
    const numbers = records.map(({ event }) => (event as { n: number }).n);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
    expect(numbers.length).toBeGreaterThanOrEqual(acknowledged);
  });

  test("closing waits for what is under way; a closed journal refuses", async () => {
    const { journal } = await open();
    const pending = Promise.all([journal.append({ n: 1 }), journal.append({ n: 2 })]);
    await journal.close();
    await pending;
    expect(await eventNumbers()).toEqual([1, 2]);
    expect(await journal.append({ n: 1 }).catch((error: unknown) => error)).toBeInstanceOf(JournalWriteError);
  });
});
