import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BacklogManager } from "../../src/backlog/backlogManager.ts";
import { formatDiagnostics, formatWarnings } from "../../src/backlog/diagnostics.ts";
import type { RepositoryFacts } from "../../src/backlog/repositoryFacts.ts";
import { mutate, seededRandom } from "../support/mutations.ts";
import { BACKLOG_TEXTS } from "./backlogTexts.ts";

export interface Sweep {
  readonly mutations: number;
  readonly accepted: number;
  readonly slowestMs: number;
  /** What went wrong, with the seed that shows it again. */
  readonly crashes: readonly string[];
}

/** One of so many files is as large as no backlog is. */
const HUGE_EVERY = 500;
const HUGE_BYTES = 50 * 2 ** 20;
/** Far more than any takes on a busy machine: more is a hang. */
const TOO_SLOW_MS = 5_000;

const FACTS: RepositoryFacts = {
  files: new Map([["src/a.ts", { bytes: 20_000, exportedNames: [], isGenerated: false }]]),
  submodules: new Set(),
  links: new Set(),
  isIgnored: (path) => path.startsWith("dist"),
  isInWorkTree: () => false,
  hasProgram: (name) => name !== "bun",
  scripts: new Set(["test"]),
  setup: [],
};

/** Loads `count` broken versions of a BACKLOG.yaml: each is taken, or refused with places that the file has. */
export async function sweepBacklogMutations(count: number, firstSeed = 0): Promise<Sweep> {
  const folder = await mkdtemp(join(tmpdir(), "backlog-mutations-"));
  const path = join(folder, "BACKLOG.yaml");
  const crashes: string[] = [];
  let accepted = 0;
  let slowestMs = 0;
  try {
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const bytes = mutate(BACKLOG_TEXTS[seed % BACKLOG_TEXTS.length] ?? "", seededRandom(seed));
      await writeFile(path, bytes);
      if (seed % HUGE_EVERY === 0) await truncate(path, HUGE_BYTES);
      const start = performance.now();
      try {
        const loaded = await BacklogManager.load(path, { repositoryRoot: folder, facts: FACTS });
        const lines = loaded.ok
          ? formatWarnings(loaded.value.warnings)
          : formatDiagnostics(loaded.failure).split("\n").slice(0, -1);
        const lastLine = loaded.ok ? [] : [formatDiagnostics(loaded.failure).split("\n").at(-1) ?? ""];
        const places = loaded.ok ? loaded.value.warnings : loaded.failure;
        checkPlaces(places, Buffer.from(bytes).toString("utf8"));
        checkLines([...lines, ...lastLine]);
        if (loaded.ok) accepted++;
      } catch (error) {
        crashes.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
      }
      const took = performance.now() - start;
      slowestMs = Math.max(slowestMs, took);
      if (took > TOO_SLOW_MS) crashes.push(`seed ${seed}: took ${Math.round(took)} ms`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { mutations: count, accepted, slowestMs, crashes };
}

function checkPlaces(places: readonly { readonly line: number; readonly column: number }[], text: string): void {
  const lines = text.replace(/^\uFEFF/u, "").split(/\r\n?|\n/u);
  for (const { line, column } of places) {
    const length = lines[line - 1]?.length;
    // An error at the end of the file has the place after its last character.
    if (length === undefined ? line !== lines.length + 1 : column < 1 || column > length + 1) {
      throw new Error(`there is no ${line}:${column}`);
    }
  }
}

function checkLines(lines: readonly string[]): void {
  for (const line of lines) {
    if (/\p{Cc}/u.test(line)) throw new Error(`control characters in ${JSON.stringify(line)}`);
    if (/^\s*at .*:\d+/u.test(line)) throw new Error(`a stack trace: ${line}`);
    const isCounted = /^\d+ more warnings|^BACKLOG\.yaml: \d+ errors/u.test(line);
    if (!isCounted && !/^BACKLOG\.yaml:\d+:\d+ \S/u.test(line)) throw new Error(`no place in ${JSON.stringify(line)}`);
  }
}

if (import.meta.main) {
  const { mutations, accepted, slowestMs, crashes } = await sweepBacklogMutations(Number(process.argv[2] ?? 10_000));
  for (const crash of crashes) console.error(crash);
  console.log(
    `${mutations} mutations, ${accepted} accepted, ${crashes.length} crashes, slowest ${slowestMs.toFixed(0)} ms`,
  );
  process.exit(crashes.length === 0 ? 0 : 1);
}
