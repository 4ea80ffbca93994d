import { describe, expect, test } from "bun:test";
import { GracefulShutdown, processShutdown, type SignalSource } from "../../../src/core/gracefulShutdown.ts";

/** A process whose end is a promise. */
class FakeProcess implements SignalSource {
  readonly exits: number[] = [];
  readonly exited: Promise<number>;
  private readonly listeners = new Map<string, Set<() => void>>();
  private onExit: (code: number) => void = () => undefined;

  constructor() {
    this.exited = new Promise((resolve) => {
      this.onExit = resolve;
    });
  }

  on(signal: string, listener: () => void): void {
    const known = this.listeners.get(signal) ?? new Set();
    this.listeners.set(signal, known.add(listener));
  }

  off(signal: string, listener: () => void): void {
    this.listeners.get(signal)?.delete(listener);
  }

  exit(code: number): void {
    this.exits.push(code);
    this.onExit(code);
  }

  send(signal: string): void {
    for (const listener of this.listeners.get(signal) ?? []) listener();
  }

  listening(): number {
    return [...this.listeners.values()].reduce((sum, listeners) => sum + listeners.size, 0);
  }
}

function setUp(cleanupLimitMs = 60_000) {
  const host = new FakeProcess();
  const clock = { time: 1_000, now: () => clock.time };
  return { host, clock, shutdown: new GracefulShutdown(host, clock, cleanupLimitMs) };
}

const nothingToDo = () => Promise.resolve();
const never = () => new Promise<never>(() => undefined);

describe("GracefulShutdown", () => {
  test("listens, once a signal, only while a run that may exit is active", () => {
    const { host, shutdown } = setUp();
    const first = shutdown.beginRun({ name: "a", mayExit: true, onStop: nothingToDo });
    const second = shutdown.beginRun({ name: "b", mayExit: true, onStop: nothingToDo });
    expect(host.listening()).toBe(3);
    first.end();
    first.end();
    expect(host.listening()).toBe(3);
    second.end();
    expect(host.listening()).toBe(0);
  });

  test("a run that may not exit never touches the host's signals", () => {
    const { host, shutdown } = setUp();
    const run = shutdown.beginRun({ name: "serve", mayExit: false, onStop: nothingToDo });
    expect(host.listening()).toBe(0);
    expect(run.signal.aborted).toBe(false);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"])(
    "%s aborts every run, waits for their cleanup, then exits 130",
    async (signal) => {
      const { host, shutdown } = setUp();
      const done: string[] = [];
      const runs = ["a", "b"].map((name) =>
        shutdown.beginRun({
          name,
          mayExit: true,
          onStop: async () => {
            await Promise.resolve();
            done.push(`${name} before ${host.exits.length} exits`);
          },
        }),
      );
      host.send(signal);
      expect(runs.map((run) => run.signal.aborted)).toEqual([true, true]);
      expect(String(runs[0]?.signal.reason)).toContain(`a was asked to stop (${signal})`);
      expect(await host.exited).toBe(130);
      expect(done).toEqual(["a before 0 exits", "b before 0 exits"]);
    },
  );

  test("a cleanup that hangs or fails does not keep the process", async () => {
    const { host, shutdown } = setUp(5);
    shutdown.beginRun({ name: "hangs", mayExit: true, onStop: never });
    shutdown.beginRun({ name: "fails", mayExit: true, onStop: () => Promise.reject(new Error("broken")) });
    host.send("SIGTERM");
    expect(await host.exited).toBe(130);
  });

  test("a second SIGINT exits at once, also when the runs have ended; an echo of the first does not", () => {
    const { host, clock, shutdown } = setUp();
    const run = shutdown.beginRun({ name: "a", mayExit: true, onStop: never });
    host.send("SIGINT");
    run.end();
    clock.time += 20;
    host.send("SIGINT");
    host.send("SIGTERM");
    expect(host.exits).toEqual([]);
    clock.time += 200;
    host.send("SIGTERM");
    expect(host.exits).toEqual([]);
    host.send("SIGINT");
    expect(host.exits).toEqual([130]);
  });

  test("a run that begins while the process stops is aborted from the start", () => {
    const { host, shutdown } = setUp();
    shutdown.beginRun({ name: "a", mayExit: true, onStop: never });
    host.send("SIGINT");
    expect(shutdown.beginRun({ name: "late", mayExit: true, onStop: never }).signal.aborted).toBe(true);
  });

  test("there is one a process, wherever it is asked for", async () => {
    const secondCopy = `${import.meta.dir}/../../../src/core/gracefulShutdown.ts?second-copy`;
    const copy: typeof import("../../../src/core/gracefulShutdown.ts") = await import(secondCopy);
    expect(copy.GracefulShutdown).not.toBe(GracefulShutdown);
    expect(copy.processShutdown()).toBe(processShutdown());
  });
});
