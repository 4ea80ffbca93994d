import { cpus, loadavg, tmpdir, totalmem } from "node:os";

/** One way of doing something, and how long it took (milliseconds) or how large it was (bytes), each time. */
export interface Row {
  readonly name: string;
  readonly samples: readonly number[];
}

export interface Table {
  readonly title: string;
  readonly unit: "ms" | "bytes";
  /** The first is ours; the others are what a user would run instead. */
  readonly rows: readonly Row[];
  /** What has to be known to read the numbers. */
  readonly notes?: readonly string[];
}

/** Runs `work` and gives the milliseconds it took. `clearUp` is not counted. */
export async function timed(work: () => unknown, clearUp?: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  const duration = performance.now() - startedAt;
  await clearUp?.();
  return duration;
}

/**
 * Measures every way once, then every way again, and so on: what else the machine does meanwhile then falls on all of
 * them. The first round warms caches up and is thrown away.
 */
export async function measureInTurns(
  rounds: number,
  ways: Readonly<Record<string, (round: number) => Promise<number>>>,
): Promise<Row[]> {
  const samples = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const sample = await way(round);
      if (round > 0) samples.get(name)?.push(sample);
    }
  }
  return [...samples].map(([name, taken]) => ({ name, samples: taken }));
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** The smallest sample that so many percent of them do not exceed. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
}

/** Prints the table as Markdown. The ratio is the row's median against that of the first row: above 1, ours is better. */
export function printTable({ title, unit, rows, notes = [] }: Table): void {
  const ours = median(rows[0]?.samples ?? []);
  const lines = rows.map(({ name, samples }) => {
    const numbers = [median(samples), Math.min(...samples), Math.max(...samples)].map((value) => shown(value, unit));
    return `| ${[name, ...numbers, `${(median(samples) / ours).toFixed(2)} x`].join(" | ")} |`;
  });
  const samplesEach = [...new Set(rows.map((row) => row.samples.length))].join(" or ");
  console.log(`\n## ${title}\n`);
  console.log(`| (${samplesEach} runs each) | median | min | max | ratio |\n| --- | ---: | ---: | ---: | ---: |`);
  console.log(lines.join("\n"));
  for (const note of notes) console.log(`\n${note}`);
}

/** The machine, as far as it explains numbers: two runs with other first lines cannot be compared. */
export function describeMachine(): string {
  const [oneMinute = 0] = loadavg();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${process.platform}, ${cpus().length} cores, ${memory}, load ${oneMinute.toFixed(1)}, folder ${tmpdir()}, Bun ${Bun.version}`;
}

function shown(value: number, unit: Table["unit"]): string {
  const digits = unit === "bytes" || value >= 100 ? 0 : value >= 1 ? 1 : 3;
  return `${value.toFixed(digits)} ${unit === "ms" ? "ms" : "B"}`;
}
