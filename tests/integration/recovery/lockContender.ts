/**
 * A process that contends for a lock. Arguments: the lock's path, its time limit in ms, and what to do with the lock:
 * "hold" (until killed), or "count" (add 1 to the number in <path>.counter a few times, each time under the lock).
 * Prints one JSON line an acquisition: {epoch} or {failure}.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { systemClock } from "../../../src/core/clock.ts";
import { acquireLock } from "../../../src/recovery/lock.ts";
import { currentProcessIdentity } from "../../../src/recovery/processIdentity.ts";

const [path = "", timeoutMs = "0", what = "hold"] = process.argv.slice(2);
const identity = await currentProcessIdentity();
const rounds = what === "count" ? 5 : 1;

for (let round = 0; round < rounds; round++) {
  const options = { identity, purpose: `test ${process.pid}`, timeoutMs: Number(timeoutMs), clock: systemClock };
  const acquired = await acquireLock(path, options);
  console.log(JSON.stringify(acquired.ok ? { epoch: acquired.value.epoch } : { failure: acquired.failure.reason }));
  if (!acquired.ok) break;
  if (what === "hold") await new Promise(() => setInterval(() => undefined, 60_000));
  const counter = `${path}.counter`;
  const count = Number(readFileSync(counter, "utf8"));
  // Give the others a turn between reading and writing: without mutual exclusion counts get lost.
  await new Promise((resolve) => setImmediate(resolve));
  writeFileSync(counter, String(count + 1));
  await acquired.value.release();
}
