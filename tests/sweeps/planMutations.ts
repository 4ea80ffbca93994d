import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderPlan } from "../../src/planning/planDocument.ts";
import { readPlanFile } from "../../src/planning/planFile.ts";
import { revisePlan } from "../../src/planning/planRevision.ts";
import { mutate, seededRandom } from "../support/mutations.ts";

export interface Sweep {
  readonly mutations: number;
  readonly accepted: number;
  readonly slowestMs: number;
  /** What went wrong, with the seed that shows it again. */
  readonly crashes: readonly string[];
}

/** One of so many files is as large as no plan is. */
const HUGE_EVERY = 500;
const HUGE_BYTES = 50 * 2 ** 20;

/** Reads `count` broken versions of PLAN.md: each has to be read, or refused with a place that the file has. */
export async function sweepPlanMutations(text: string, count: number, firstSeed = 0): Promise<Sweep> {
  const folder = await mkdtemp(join(tmpdir(), "plan-mutations-"));
  const path = join(folder, "PLAN.md");
  const crashes: string[] = [];
  let accepted = 0;
  let slowestMs = 0;
  try {
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const bytes = mutate(text, seededRandom(seed));
      await writeFile(path, bytes);
      if (seed % HUGE_EVERY === 0) await truncate(path, HUGE_BYTES);
      const start = performance.now();
      try {
        const read = await readPlanFile(path, "PLAN.md");
        slowestMs = Math.max(slowestMs, performance.now() - start);
        if (!read.ok) {
          checkMessage(read.failure, Buffer.from(bytes).toString("utf8"));
          continue;
        }
        accepted++;
        const { plan } = read.value;
        if (revisePlan(read.value, plan).text !== Buffer.from(bytes).toString("utf8")) throw new Error("bytes changed");
        if (renderPlan(plan) === "") throw new Error("it cannot be written again");
      } catch (error) {
        crashes.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { mutations: count, accepted, slowestMs, crashes };
}

function checkMessage(message: string, text: string): void {
  const lines = text.replace(/^\u{feff}/u, "").split(/\r\n?|\n/u);
  const [first = ""] = message.split("\n");
  const place = /^PLAN\.md:(\d+):(\d+): \S/u.exec(first);
  const [line, column] = [Number(place?.[1]), Number(place?.[2])];
  const length = lines[line - 1]?.length;
  if (length === undefined || !(column >= 1 && column <= length + 1)) throw new Error(`no place: ${first}`);
  if (/^\s+at |\p{Cc}(?<!\n)/mu.test(message)) throw new Error(`not for people: ${message.slice(0, 200)}`);
}

if (import.meta.main) {
  const text = await Bun.file(join(import.meta.dir, "../../tasks/PLAN.md")).text();
  const sweep = await sweepPlanMutations(text, Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 0));
  for (const crash of sweep.crashes.slice(0, 20)) console.error(crash);
  const slowest = Math.round(sweep.slowestMs);
  console.log(
    `${sweep.mutations} mutations, ${sweep.crashes.length} crashes, slowest ${slowest} ms (${sweep.accepted} still plans)`,
  );
  process.exitCode = sweep.crashes.length === 0 ? 0 : 1;
}
