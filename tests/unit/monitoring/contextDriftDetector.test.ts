import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { TraceEvent, TraceTask } from "../../../src/monitoring/agentTrace.ts";
import { ContextDriftDetector, type DriftReading } from "../../../src/monitoring/contextDriftDetector.ts";
import { CORPUS, isSetAside } from "../../support/traces/corpus.ts";

const TARGET = "src/auth/login.ts";
const TASK: TraceTask = {
  mayWrite: (path) => path === TARGET || path === "tests/login.test.ts",
  files: [TARGET, "tests/login.test.ts"],
  reads: ["src/auth/session.ts"],
  words:
    "Lock accounts after five failed logins\nThe counter is kept in the session store and reset by a successful login.\nbun test tests/login.test.ts",
  estimate: { tokens: 60_000, lines: 80, milliseconds: 240_000 },
};

type Sketch = TraceEvent extends infer Event
  ? Event extends TraceEvent
    ? Omit<Event, "at"> & { at?: number }
    : never
  : never;
type Outcome = "ok" | "error" | "refused";

function call(does: "read" | "write" | "shell" | "other", what: string, outcome: Outcome = "ok", version = ""): Sketch {
  const place = does === "shell" ? { paths: [], command: what } : { paths: [what] };
  return { kind: "call", tool: does, does, ...place, fingerprint: `${does} ${what} ${version}`, outcome };
}

const read = (path: string, outcome?: Outcome) => call("read", path, outcome);
const edit = (path: string, version: string | number, outcome?: Outcome) => call("write", path, outcome, `${version}`);
const shell = (command: string, outcome?: Outcome) => call("shell", command, outcome);
const say = (text: string): Sketch => ({ kind: "text", text });
const repeat = (count: number, act: (index: number) => Sketch | Sketch[]) =>
  Array.from({ length: count }, (_, index) => act(index)).flat();

/** Five seconds from event to event, unless they say when they happened. */
function watch(sketches: readonly Sketch[], task = TASK): DriftReading[] {
  const detector = new ContextDriftDetector(task);
  return sketches.map((sketch, index) => detector.observe({ ...sketch, at: sketch.at ?? index * 5_000 }));
}

const levels = (sketches: readonly Sketch[], task = TASK) => watch(sketches, task).map(({ level }) => level);

describe("recorded traces", () => {
  for (const half of ["for choosing thresholds", "set aside"] as const) {
    const traces = CORPUS.filter((trace) => isSetAside(trace) === (half === "set aside"));

    test(`${half}: no false alarm on good ones`, () => {
      const good = traces.filter(({ verdict }) => verdict === "good");
      expect(good.length).toBeGreaterThan(40);
      const alarmed = good.filter(({ task, events }) => {
        const detector = new ContextDriftDetector(task);
        return events.some((event) => detector.observe(event).level !== "none");
      });
      expect(alarmed.map(({ name }) => name)).toEqual([]);
    });

    test(`${half}: all bad ones are found, severe ones are critical`, () => {
      const bad = traces.filter(({ verdict }) => verdict !== "good");
      expect(bad.length).toBeGreaterThan(40);
      const missed = bad.filter(({ verdict, task, events }) => {
        const detector = new ContextDriftDetector(task);
        const seen = new Set(events.map((event) => detector.observe(event).level));
        return !seen.has("critical") && (verdict === "severe" || !seen.has("notice"));
      });
      expect(missed.map(({ name }) => name)).toEqual([]);
    });
  }
});

describe("what is drift and what is not", () => {
  test("five refused writes are critical, two are nothing", () => {
    const refused = watch(repeat(5, (index) => edit(`src/pay/${index}.ts`, 1, "refused")));
    expect(refused.map(({ level }) => level)).toEqual(["none", "none", "notice", "notice", "critical"]);
    expect(refused.at(-1)?.signals.join()).toContain("src/pay/4.ts");
  });

  test("a refused path that is granted and written is forgiven", () => {
    const granted = new Set([TARGET]);
    const detector = new ContextDriftDetector({ ...TASK, mayWrite: (path) => granted.has(path) });
    const observe = (sketch: Sketch, at: number) => detector.observe({ ...sketch, at });
    observe(edit("src/a.ts", 1, "refused"), 1);
    observe(edit("src/b.ts", 1, "refused"), 2);
    granted.add("src/a.ts").add("src/b.ts");
    observe(edit("src/a.ts", 1), 3);
    observe(edit("src/b.ts", 1), 4);
    expect(observe(edit("src/c.ts", 1, "refused"), 5).score).toBe(0);
  });

  test("one call eight times in a row is critical; so are two in turn", () => {
    expect(levels(repeat(8, () => read(TARGET))).at(-1)).toBe("critical");
    expect(levels(repeat(6, () => [read(TARGET), shell("git status")])).at(-1)).toBe("critical");
  });

  test("a check run again after each edit is no loop, also when the edit is made by the shell", () => {
    const check = shell("bun test tests/login.test.ts", "error");
    expect(levels(repeat(20, (index) => [edit(TARGET, index), check]))).not.toContain("notice");
    expect(levels(repeat(20, (index) => [shell(`sed -i 's/a${index}/b/' ${TARGET}`), check]))).not.toContain("notice");
    const byScript = repeat(20, (index) => [
      shell(`python3 fix.py ${index}`),
      { kind: "difference", files: 1, lines: index + 1 } as const,
      check,
    ]);
    expect(levels(byScript)).not.toContain("notice");
  });

  test("a flaky test may be run many times, but not for ever", () => {
    const run = (index: number) => shell("bun test tests/login.test.ts", index % 3 === 0 ? "error" : "ok");
    expect(levels(repeat(18, run))).not.toContain("notice");
    expect(levels(repeat(60, run))).toContain("notice");
  });

  test("a test that was flaky may be run many times once it is mended", () => {
    const run = (outcome?: Outcome) => shell("make check-sockets", outcome);
    const found = repeat(8, (index) => run(index % 3 === 0 ? "error" : "ok"));
    expect(levels([...found, edit(TARGET, 1), ...repeat(14, () => run())])).not.toContain("notice");
  });

  test("a change ends a loop, and what was done before it is not held against what comes after", () => {
    const fourLooks = repeat(4, () => read(TARGET));
    expect(watch([...fourLooks, read(TARGET), edit(TARGET, 1)]).at(-1)?.score).toBe(0);
    expect(levels([...fourLooks, edit(TARGET, 1), ...fourLooks])).not.toContain("notice");
  });

  test("ever new commands that change nothing are no progress after a while", () => {
    expect(levels(repeat(40, (index) => shell(`echo ${index}`)))).not.toContain("notice");
    expect(levels(repeat(120, (index) => shell(`echo ${index}`)))).toContain("notice");
  });

  test("edits that go back and forth are a loop although each succeeds", () => {
    expect(levels(repeat(8, () => [edit(TARGET, "there"), edit(TARGET, "back")])).at(-1)).toBe("critical");
  });

  test("shell commands that write elsewhere count, the task's own files by absolute paths do not", () => {
    expect(levels(repeat(5, (index) => shell(`cat > src/pay/${index}.ts`))).at(-1)).toBe("critical");
    const own = repeat(9, (index) =>
      shell(`cd /home/me/tree && sed -i s/${index}/b/ /home/me/tree/${TARGET} src/auth/login.ts`),
    );
    expect(levels(own)).not.toContain("notice");
  });

  test("one large generated file is no exploding difference, steady growth is", () => {
    const difference = (files: number, lines: number): Sketch => ({ kind: "difference", files, lines });
    expect(levels([difference(1, 10), difference(2, 9_000), difference(2, 9_060)])).not.toContain("notice");
    expect(levels(repeat(10, (index) => difference(2, 200 * index)))).toContain("notice");
    expect(levels([difference(1, 10), difference(40, 3_000)]).at(-1)).toBe("critical");
  });

  test("a test may run for six silent minutes; ten minutes without anything are a notice", () => {
    const silence = (seconds: number): Sketch[] =>
      repeat(seconds / 30, (index) => ({ kind: "silence", at: 30_000 * (index + 1) }));
    expect(levels([{ ...edit(TARGET, 1), at: 0 }, ...silence(360)])).not.toContain("notice");
    expect(levels([{ ...edit(TARGET, 1), at: 0 }, ...silence(600)])).toContain("notice");
  });

  test("tokens: twice the estimate is nothing, five times is a notice; without an estimate nothing is", () => {
    const spend = (total: number) =>
      repeat(10, (index) => [edit(TARGET, index), { kind: "tokens", total: (total / 10) * (index + 1) } as const]);
    expect(levels(spend(120_000))).not.toContain("notice");
    expect(levels(spend(300_000))).toContain("notice");
    const unknown = { tokens: undefined, lines: undefined, milliseconds: undefined };
    expect(levels(spend(9_000_000), { ...TASK, estimate: unknown })).not.toContain("notice");
  });

  const PLANS =
    "The recommendation carousel on the landing page needs imagery, so I design a gallery with thumbnails and swipe gestures. Marketing wants seasonal banners.";

  test("talk of another feature is a notice, in the task's language", () => {
    const astray = repeat(7, (index) => [say(`${PLANS} Draft ${index}.`), shell(`echo ${index}`)]);
    expect(levels(astray)).toContain("notice");
    const manyWords = Array.from({ length: 80 }, (_, index) => `carousel${index} b${index}anner`).join(" ");
    expect(levels([say(manyWords), shell("echo 1"), say(manyWords), shell("echo 2")])).not.toContain("notice");
    const german =
      "Konten nach fünf Fehlern sperren\nDer Zähler wird in der Sitzung gehalten und von einer Anmeldung auf null gesetzt.";
    expect(levels(astray, { ...TASK, words: german })).not.toContain("notice");
    expect(levels(repeat(7, (index) => [say(`${PLANS} Draft ${index}.`), edit(TARGET, index)]))).not.toContain(
      "notice",
    );
  });

  test("reading thirty files in other corners is a notice, in its own folder it is not", () => {
    expect(levels(repeat(30, (index) => read(`packages/other${index % 5}/lib/f${index}.ts`)))).toContain("notice");
    expect(levels(repeat(40, (index) => read(`src/auth/deep/f${index}.ts`)))).not.toContain("notice");
  });
});

describe("levels", () => {
  test("a notice is news once for a cause, again for another one, and again once it had ended", () => {
    const errors = (from: number) => repeat(9, (index) => shell(`tool ${from + index}`, "error"));
    const mended = repeat(12, (index) => edit(TARGET, `m${index}`));
    const refused = repeat(3, (index) => edit(`src/pay/${index}.ts`, 1, "refused"));
    const newsIn = (sketches: Sketch[]) =>
      watch(sketches).filter(({ isNews, level }) => isNews && level === "notice").length;
    expect(newsIn(errors(0))).toBe(1);
    expect(newsIn([...errors(0), ...mended, ...errors(20)])).toBe(2);
    expect(newsIn([...refused, ...repeat(5, () => read("README.md"))])).toBe(2);
  });

  test("a wavering score does not flicker", () => {
    const wavering = watch([
      ...repeat(9, (i) => shell(`t${i}`, "error")),
      ...repeat(6, (i) => [read(`src/auth/${i}`), shell(`u${i}`, "error")]),
    ]);
    const changes = wavering.filter(({ level }, index) => index > 0 && level !== wavering[index - 1]?.level).length;
    expect(changes).toBeLessThanOrEqual(2);
  });

  test("a notice that leads to nothing for long becomes critical", () => {
    expect(levels(repeat(55, (index) => read(`packages/other${index % 5}/lib/f${index}.ts`))).at(-1)).toBe("critical");
  });
});

const PATHS = [
  TARGET,
  "tests/login.test.ts",
  "src/pay/a.ts",
  "/etc/passwd",
  "..",
  "",
  "a b",
  "名前/ファイル",
  "\u0000",
  "-rf",
];
const anyCall = fc.record({
  kind: fc.constant("call" as const),
  tool: fc.constantFrom("read", "edit", "bash", ""),
  does: fc.constantFrom("read" as const, "write" as const, "shell" as const, "other" as const),
  paths: fc.array(fc.constantFrom(...PATHS), { maxLength: 3 }),
  command: fc.option(
    fc.oneof(fc.string(), fc.constantFrom("rm -rf /", "cat > 'x", "sed -i s/a/b/ f.ts; cd .. && > y")),
    {
      nil: undefined,
    },
  ),
  fingerprint: fc.constantFrom("a", "b", "c", "d"),
  outcome: fc.constantFrom("ok" as const, "error" as const, "refused" as const),
});
const anyEvent = fc.oneof(
  { weight: 4, arbitrary: anyCall },
  fc.record({ kind: fc.constant("text" as const), text: fc.string({ unit: "grapheme" }) }),
  fc.record({ kind: fc.constant("tokens" as const), total: fc.nat() }),
  fc.record({ kind: fc.constant("difference" as const), files: fc.nat(), lines: fc.nat() }),
  fc.record({ kind: fc.constant("silence" as const) }),
);
const anyEstimate = fc.constantFrom(undefined, 0, 1, 1_000);
const anyTask = fc
  .record({ tokens: anyEstimate, lines: anyEstimate, milliseconds: anyEstimate })
  .chain((estimate) => fc.constantFrom({ ...TASK, estimate }, { ...TASK, files: [], reads: [], words: "", estimate }));

describe("properties", () => {
  test("a score is a number from 0 to 1, a level has its reasons, and the same events give the same readings", () => {
    fc.assert(
      fc.property(anyTask, fc.array(anyEvent, { maxLength: 60 }), (task, events) => {
        const readings = watch(events, task);
        for (const { level, score, signals } of readings) {
          expect(score >= 0 && score <= 1).toBe(true);
          if (score >= 0.5) expect(level).not.toBe("none");
          for (const signal of signals) expect(signal).not.toMatch(/NaN|undefined/u);
        }
        expect(watch(events, task)).toEqual(readings);
      }),
      { numRuns: 200 },
    );
  });

  test("one more refused write never lowers the score", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), fc.constantFrom(...PATHS), (events, path) => {
        const readings = watch([...events, ...repeat(6, (index) => edit(path, index, "refused"))]);
        const scores = readings.slice(-6).map(({ score }) => score);
        expect(scores).toEqual(scores.toSorted((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });
});

test("10,000 events take no longer at the end than at the beginning", () => {
  const events = repeat(2_500, (index) => [
    read(`src/part${index % 500}/file${index}.ts`),
    edit(`src/pay/${index}.ts`, index, "refused"),
    say(`The session store keeps the counter of failed logins, as number ${index} shows.`),
    shell(`sed -i 's/a/b/' src/auth/${index}.ts && bun test`),
  ]);
  const detector = new ContextDriftDetector(TASK);
  // Of the processor, not of the clock: other tests may be running.
  const timeOf = (from: number, to: number) => {
    const start = process.cpuUsage();
    for (let index = from; index < to; index++) {
      const sketch = events[index];
      if (sketch !== undefined) detector.observe({ ...sketch, at: index });
    }
    return process.cpuUsage(start).user / 1_000;
  };
  timeOf(0, 1_000);
  const early = timeOf(1_000, 4_000);
  const late = timeOf(7_000, 10_000);
  expect(late).toBeLessThan(early * 4 + 50);
  expect(early + late).toBeLessThan(1_000);
});
