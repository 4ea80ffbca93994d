import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { acquireLock, type LockOptions } from "../../../src/recovery/lock.ts";
import { currentProcessIdentity } from "../../../src/recovery/processIdentity.ts";

let folder: string;
let path: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mac-lock-"));
  path = join(folder, "track.lock");
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  rmSync(folder, { recursive: true });
});

const self = await currentProcessIdentity();
const clock = { now: () => 1_700_000_000_000 };

function options(changes: Partial<LockOptions> = {}): LockOptions {
  return { identity: self, purpose: "implement my-feature", timeoutMs: 0, clock, ...changes };
}

async function mustAcquire(changes: Partial<LockOptions> = {}) {
  const acquired = await acquireLock(path, options(changes));
  if (!acquired.ok) throw new Error(acquired.failure.message);
  return acquired.value;
}

function startContender(what: "hold" | "count", timeoutMs: number) {
  const script = join(import.meta.dir, "lockContender.ts");
  const child = spawn(process.execPath, [script, path, String(timeoutMs), what], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, next: async () => JSON.parse((await lines.next()).value ?? "null") };
}

async function kill(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("acquireLock", () => {
  test("has one holder; the others learn who holds it, since when and for what", async () => {
    const lock = await mustAcquire();
    const second = await acquireLock(path, options({ purpose: "other" }));
    if (second.ok) throw new Error("two holders");
    expect(second.failure).toMatchObject({
      reason: "held",
      path,
      owner: self,
      since: clock.now(),
      purpose: "implement my-feature",
    });
    expect(second.failure.message).toContain(`process ${process.pid}`);
    expect(second.failure.message).toContain("since 2023-11-14 22:13:20 UTC");
    await lock.assertOwned();
    await lock.release();
    expect(await lock.assertOwned().catch((error: Error) => error.name)).toBe("LockLost");
  });

  test("a released lock is free, leaves no lock file, and its epoch goes on rising", async () => {
    const epochs: number[] = [];
    for (let round = 0; round < 3; round++) {
      const lock = await mustAcquire();
      epochs.push(lock.epoch);
      await lock.release();
    }
    expect(epochs).toEqual([1, 2, 3]);
    expect(readdirSync(folder)).toEqual(["track.lock.epoch"]);
  });

  test("waits for a live owner up to the limit, and gets the lock when it is released meanwhile", async () => {
    const lock = await mustAcquire();
    const startedAt = performance.now();
    const refused = await acquireLock(path, options({ timeoutMs: 60 }));
    expect(refused.ok).toBe(false);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(59);
    const waiting = acquireLock(path, options({ timeoutMs: 30_000 }));
    await lock.release();
    expect((await waiting).ok).toBe(true);
  });

  test("the wait ends with the signal", async () => {
    await mustAcquire();
    const controller = new AbortController();
    const waiting = acquireLock(path, options({ timeoutMs: 60_000, signal: controller.signal }));
    controller.abort();
    expect(await waiting).toMatchObject({ ok: false, failure: { reason: "aborted" } });
  });

  test("the lock of a killed process is taken over at once; that of a live one is not", async () => {
    const { child, next } = startContender("hold", 0);
    expect(await next()).toEqual({ epoch: 1 });
    expect((await acquireLock(path, options())).ok).toBe(false);
    await kill(child);
    const lock = await mustAcquire();
    expect(lock.epoch).toBe(2);
    expect(readFileSync(path, "utf8")).toContain(`"pid":${process.pid}`);
  });

  test("a killed process whose parent has not noticed (a zombie) is dead too", async () => {
    // The shell starts the holder and never waits for it.
    const script = join(import.meta.dir, "lockContender.ts");
    const parent = spawn(
      "sh",
      ["-c", `"$0" "$1" "$2" 0 hold & echo pid $!; exec sleep 1000`, process.execPath, script, path],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    children.push(parent);
    const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
    const pid = Number((await lines.next()).value?.slice("pid ".length));
    expect((await lines.next()).value).toBe('{"epoch":1}');
    process.kill(pid, "SIGKILL");
    // Dying takes a moment: the limit of the wait covers it.
    expect((await mustAcquire({ timeoutMs: 10_000 })).epoch).toBe(2);
  });

  test("many who find a dead owner: exactly one takes over", async () => {
    const { child, next } = startContender("hold", 0);
    await next();
    await kill(child);
    const contenders = [1, 2, 3, 4].map(() => startContender("hold", 0));
    const inProcess = Array.from({ length: 20 }, () => acquireLock(path, options()));
    const outcomes = [
      ...(await Promise.all(contenders.map((contender) => contender.next()))),
      ...(await Promise.all(inProcess)).map((result) => (result.ok ? { epoch: result.value.epoch } : {})),
    ];
    expect(outcomes.filter((outcome) => "epoch" in outcome)).toEqual([{ epoch: 2 }]);
  });

  test("no two processes are ever inside at once", async () => {
    writeFileSync(`${path}.counter`, "0");
    const contenders = [1, 2, 3, 4].map(() => startContender("count", 60_000));
    await Promise.all(contenders.map(({ child }) => once(child, "exit")));
    expect(readFileSync(`${path}.counter`, "utf8")).toBe("20");
    expect(readFileSync(`${path}.epoch`, "utf8")).toBe("20\n");
    expect(readdirSync(folder).sort()).toEqual(["track.lock.counter", "track.lock.epoch"]);
  });

  test("a taker that died in the middle of a take-over is itself taken over", async () => {
    const dead = { ...self, startTime: "1" };
    const record = (token: string) => ({ v: 1, token, owner: dead, purpose: "p", since: 0 });
    const [first, claim] = ["a".repeat(32), "b".repeat(32)];
    writeFileSync(path, JSON.stringify(record(first)));
    writeFileSync(`${path}.claim-${first}`, JSON.stringify(record(claim)));
    const lock = await mustAcquire();
    await lock.assertOwned();
    expect(readdirSync(folder).sort()).toEqual(["track.lock", "track.lock.epoch"]);
  });

  test("a live taker keeps the others away from a dead owner's lock", async () => {
    const token = "a".repeat(32);
    const record = { v: 1, token, owner: { ...self, startTime: "1" }, purpose: "p", since: 0 };
    writeFileSync(path, JSON.stringify(record));
    writeFileSync(`${path}.claim-${token}`, JSON.stringify({ ...record, token: "b".repeat(32), owner: self }));
    expect(await acquireLock(path, options())).toMatchObject({ ok: false, failure: { reason: "held" } });
    expect(JSON.parse(readFileSync(path, "utf8")).token).toBe(token);
  });

  test("an owner whose lock was taken over knows, and its release leaves the new owner's alone", async () => {
    const old = await mustAcquire();
    rmSync(path);
    const next = await mustAcquire();
    expect(await old.assertOwned().catch((error: Error) => error.name)).toBe("LockLost");
    await old.release();
    await next.assertOwned();
    expect(next.epoch).toBeGreaterThan(old.epoch);
  });

  test("an unreadable lock is never taken: it may be another version's", async () => {
    writeFileSync(path, '{"v":2}');
    const refused = await acquireLock(path, options());
    expect(refused).toMatchObject({ ok: false, failure: { reason: "unreadable" } });
    expect(readFileSync(path, "utf8")).toBe('{"v":2}');
  });

  test("a spoilt count is replaced by a higher one", async () => {
    writeFileSync(`${path}.epoch`, "garbage");
    expect((await mustAcquire()).epoch).toBe(1_700_000_001);
  });
});
