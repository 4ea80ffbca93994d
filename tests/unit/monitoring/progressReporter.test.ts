import { describe, expect, test } from "bun:test";
import type { ProgressEntry } from "../../../src/core/progress.ts";
import { createProgressReporter } from "../../../src/monitoring/progressReporter.ts";
import type { RunSnapshot } from "../../../src/monitoring/runSnapshot.ts";

const SEQUENCES = new RegExp(
  ["\u001b\\[(\\d+)A", "(\u001b\\[J)", "\u001b\\[\\d+m", "(\n)", "([^\u001b\n\r]+)"].join("|"),
  "g",
);

/** Enough of a terminal to see what is on it: text, line feeds, carriage returns, cursor up, clear to the end. */
class Terminal {
  readonly isTTY: boolean;
  readonly columns: number = 60;
  readonly rows: number = 20;
  writes = 0;
  raw = "";
  private lines: string[] = [""];
  private row = 0;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.writes += 1;
    this.raw += text;
    for (const [, up, clear, feed, plain] of text.matchAll(SEQUENCES)) {
      if (up) this.row -= Number(up);
      else if (clear) this.lines = [...this.lines.slice(0, this.row), ""];
      else if (feed) this.lines[++this.row] ??= "";
      else if (plain) this.lines[this.row] += plain;
    }
  }

  screen(): string[] {
    return this.lines.slice(0, -1);
  }
}

function setUp(isTTY: boolean, environment: NodeJS.ProcessEnv = {}) {
  const terminal = new Terminal(isTTY);
  const clock = { time: 0, now: () => clock.time };
  const ticker = { tick: () => {}, running: false, intervalMs: 0 };
  const reporter = createProgressReporter({
    stream: terminal,
    clock,
    environment,
    startTicker: (tick, intervalMs) => {
      Object.assign(ticker, { tick, intervalMs, running: true });
      return () => {
        ticker.running = false;
      };
    },
  });
  return { terminal, clock, ticker, reporter };
}

function entry(message: string, taskId?: string, level: ProgressEntry["level"] = "info"): ProgressEntry {
  return { message, level, context: { phaseId: "implement", timestamp: 0, ...(taskId ? { taskId } : {}) } };
}

function snapshot(complete: number): RunSnapshot {
  return {
    phaseId: "implement",
    startedAt: 0,
    tasks: { total: 3, complete, failed: 0 },
    workers: [{ taskId: "T1", title: "Parser", doing: "working", startedAt: 0 }],
    tokens: 10,
  };
}

describe("without a terminal", () => {
  test("every event is one plain line, and snapshots are none", () => {
    const { terminal, reporter, ticker } = setUp(false);
    reporter.log(entry("working: edit src/a.ts", "T001"));
    reporter.update(snapshot(1));
    reporter.log(entry("two\nlines \u001b[31mred", undefined, "warn"));
    reporter.log(entry("gave up", "T002", "error"));
    expect(terminal.raw).toBe(
      "[implement] T001 working: edit src/a.ts\n[implement] warning: two lines red\n[implement] error: T002 gave up\n",
    );
    expect(ticker.running).toBe(false);
    reporter.stop();
    reporter.log(entry("late"));
    expect(terminal.raw).not.toContain("late");
  });

  test("a terminal that is dumb counts as none", () => {
    const { terminal, reporter } = setUp(true, { TERM: "dumb" });
    reporter.log(entry("hello"));
    expect(terminal.raw).toBe("[implement] hello\n");
  });
});

describe("on a terminal", () => {
  const block = (done: number, elapsed: string) => [
    `implement: ${done}/3 done · 10 tokens · ${elapsed}`,
    `  T1  ${elapsed.padStart(6)}  Parser · working`,
  ];

  test("messages scroll above a block that is redrawn in place", () => {
    const { terminal, reporter, ticker, clock } = setUp(true);
    reporter.update(snapshot(0));
    ticker.tick();
    expect(terminal.screen()).toEqual(block(0, "0s"));
    reporter.log(entry("landed", "T2"));
    reporter.update(snapshot(1));
    clock.time = 1_000;
    ticker.tick();
    expect(terminal.screen()).toEqual(["[implement] T2 landed", ...block(1, "1s")]);
  });

  test("draws only at its ticks, ten a second, and only what has changed", () => {
    const { terminal, reporter, ticker, clock } = setUp(true);
    expect(ticker.intervalMs).toBe(100);
    for (let n = 0; n < 50; n++) {
      reporter.update(snapshot(n));
      reporter.log(entry(`event ${n}`));
    }
    expect(terminal.writes).toBe(0);
    ticker.tick();
    clock.time = 100;
    ticker.tick();
    expect(terminal.writes).toBe(1);
    clock.time = 1_000;
    ticker.tick();
    expect(terminal.writes).toBe(2);
  });

  test("stop shows the last messages, takes the block away, and is final", () => {
    const { terminal, reporter, ticker } = setUp(true);
    reporter.update(snapshot(2));
    ticker.tick();
    reporter.log(entry("done"));
    reporter.stop();
    expect(terminal.screen()).toEqual(["[implement] done"]);
    expect(ticker.running).toBe(false);
    const writes = terminal.writes;
    reporter.log(entry("late"));
    reporter.stop();
    expect(terminal.writes).toBe(writes);
  });

  test("colours warnings and errors, unless NO_COLOR is set", () => {
    for (const [environment, colored] of [
      [{}, true],
      [{ NO_COLOR: "" }, true],
      [{ NO_COLOR: "1" }, false],
    ] as const) {
      const { terminal, reporter } = setUp(true, environment);
      reporter.log(entry("broken", "T1", "error"));
      reporter.stop();
      expect(terminal.raw.includes("\u001b[31m")).toBe(colored);
      expect(terminal.screen()).toEqual(["[implement] error: T1 broken"]);
    }
  });
});
