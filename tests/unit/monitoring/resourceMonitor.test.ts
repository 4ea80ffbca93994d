import { describe, expect, test } from "bun:test";
import { tmpdir } from "node:os";
import { ResourceMonitor } from "../../../src/monitoring/resourceMonitor.ts";
import { machineReadings } from "../../../src/monitoring/resourceReadings.ts";
import type { ResourceReading } from "../../../src/monitoring/resourceState.ts";

const CALM: ResourceReading = { cpu: 0.3, memory: 0.4, diskFree: 50e9 };

/** Each reading is taken 3 s after the one before; gives what was said after each. */
async function said(readings: readonly (Partial<ResourceReading> | "fails")[]): Promise<(string | undefined)[]> {
  let now = 0;
  let next: Partial<ResourceReading> | "fails" = {};
  const read = async () => {
    if (next === "fails") throw new Error("cannot be read");
    return { ...CALM, ...next };
  };
  const monitor = new ResourceMonitor({ read, clock: { now: () => now } });
  const words: (string | undefined)[] = [];
  for (const reading of readings) {
    next = reading;
    now += 3_000;
    await monitor.look();
    words.push(monitor.whyPaused());
  }
  return words;
}

const times = <Item>(count: number, item: Item) => Array.from({ length: count }, () => item);

describe("the processors", () => {
  test("pause only after 30 s above 90 %; a moment below starts the count anew", async () => {
    const busy = { cpu: 0.95 };
    const short = await said([...times(10, busy), { cpu: 0.85 }, ...times(10, busy)]);
    expect(short).toEqual(times(21, undefined));
    const long = await said(times(11, busy));
    expect(long).toEqual([...times(10, undefined), "processors 95 % busy"]);
  });

  test("once paused, go on only after 10 s below 80 %", async () => {
    const paused = times(11, { cpu: 0.99 });
    const between = await said([...paused, ...times(6, { cpu: 0.85 })]);
    expect(between.at(-1)).toBe("processors 85 % busy");
    const calm = await said([...paused, ...times(5, { cpu: 0.5 })]);
    expect(calm.slice(-5).map((words) => words === undefined)).toEqual([false, false, false, false, true]);
  });

  test("on a machine that stays busy a pause ends after 20 s, and the next begins 30 s later", async () => {
    const words = await said(times(40, { cpu: 1 }));
    const paused = words.map((word) => (word === undefined ? "." : "x")).join("");
    expect(paused).toBe("..........xxxxxxx..........xxxxxxx......");
  });
});

test("memory pauses at once above 85 %, and until it is below 80 %", async () => {
  const words = await said([0.84, 0.86, 0.82, 0.79, 0.84].map((memory) => ({ memory })));
  expect(words).toEqual([undefined, "memory 86 % used", "memory 82 % used", undefined, undefined]);
});

test("less than 500 MB of disk pause, until there are 600 again", async () => {
  const words = await said([510e6, 490e6, 550e6, 610e6].map((diskFree) => ({ diskFree })));
  expect(words).toEqual([undefined, "490 MB of disk left", "550 MB of disk left", undefined]);
});

describe("readings that fail", () => {
  test("count as the last good one twice, then as a pause, until one succeeds", async () => {
    const words = await said([{}, "fails", { cpu: Number.NaN }, { cpu: undefined }, "fails", {}]);
    expect(words).toEqual([
      ...times(3, undefined),
      "processor load cannot be read",
      "processor load cannot be read",
      undefined,
    ]);
    expect((await said(times(3, "fails" as const))).at(-1)).toBe(
      "processor load and memory and disk space cannot be read",
    );
  });

  test("the last good one may be a bad one", async () => {
    expect(await said([{ memory: 0.95 }, { memory: Number.NaN }])).toEqual(times(2, "memory 95 % used"));
  });

  test("a reading that never comes back is noticed after 30 s", async () => {
    let now = 1_000_000;
    const monitor = new ResourceMonitor({ read: () => new Promise(() => undefined), clock: { now: () => now } });
    monitor.start();
    void monitor.look();
    expect(monitor.whyPaused()).toBeUndefined();
    now += 30_001;
    expect(monitor.whyPaused()).toBe("its load has not been seen for 30 s");
    monitor.stop();
  });
});

test("this machine can be read", async () => {
  const read = machineReadings(tmpdir());
  let reading = await read();
  // The system counts processor time in steps of its own: until one has passed there is nothing to compare.
  for (const end = Date.now() + 2_000; reading.cpu === undefined && Date.now() < end; ) reading = await read();
  const { cpu, memory, diskFree } = reading;
  expect(cpu).toBeWithin(0, 1.0001);
  expect(memory).toBeWithin(0, 1.0001);
  expect(diskFree).toBeGreaterThan(0);
});
