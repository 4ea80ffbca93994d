import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readTextIfExists } from "../../../src/core/files.ts";
import type { Track } from "../track.ts";
import type { Noted } from "./keys.ts";
import type { Trouble } from "./troubles.ts";

/** What a process is told that runs `implement` and meets trouble. */
export interface TroubledRun {
  readonly folder: string;
  readonly repository: string;
  /** For temporary files. */
  readonly temporary: string;
  /** The file its ending is written to. */
  readonly answer: string;
  readonly trouble: Trouble;
  /** The task whose agent takes so long that its work is saved half done. */
  readonly slowTask?: string | undefined;
}

/** How it ended, if it was not killed. `error`: by something that nobody expects. */
export type RunEnding =
  | {
      readonly kind: "report";
      readonly outcome: { readonly done: true } | { readonly done: false; readonly reason: string };
      readonly text: string;
      /** Who was given to an agent. */
      readonly tasks: readonly string[];
      readonly progress: readonly string[];
      readonly noted: readonly Noted[];
    }
  | {
      readonly kind: "refusal" | "error";
      readonly message: string;
      readonly stack: string;
      readonly progress: readonly string[];
      readonly noted: readonly Noted[];
    }
  | { readonly kind: "killed" }
  /** It had to be killed by us, since it went on for ever. */
  | { readonly kind: "hang" }
  /** It broke off without a word. */
  | { readonly kind: "broken"; readonly exitCode: number | null; readonly said: string };

const PROGRAM = join(import.meta.dir, "../../integration/faults/troubledRun.ts");

/** Far above what a run takes on a machine that is busy. */
const LIMIT_MS = 60_000;

/** Runs `implement` in a process of its own, with this trouble; never longer than a minute. */
export async function runTroubled(track: Track, trouble: Trouble, slowTask?: string): Promise<RunEnding> {
  const temporary = join(track.folder, "tmp");
  await mkdir(temporary, { recursive: true });
  const answer = join(temporary, `${randomUUID()}.json`);
  const place = { folder: track.folder, repository: track.repository.path, temporary, answer };
  const run: TroubledRun = { ...place, trouble, slowTask };
  const child = Bun.spawn([process.execPath, PROGRAM, JSON.stringify(run)], { stdout: "pipe", stderr: "pipe" });
  let isTooLong = false;
  const timer = setTimeout(() => {
    isTooLong = true;
    child.kill("SIGKILL");
  }, LIMIT_MS);
  try {
    const [printed, said] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    if (isTooLong) return { kind: "hang" };
    if (child.signalCode === "SIGKILL") return { kind: "killed" };
    const text = await readTextIfExists(answer);
    if (child.exitCode !== 0 || text === undefined)
      return { kind: "broken", exitCode: child.exitCode, said: said + printed };
    return JSON.parse(text) as RunEnding;
  } finally {
    clearTimeout(timer);
  }
}
