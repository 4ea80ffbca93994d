import { isAbsolute, relative } from "node:path";
import { truncateUtf8 } from "../../core/utf8.ts";
import type { FailedAssertion } from "../../types.ts";

/** A failure as one reader of outputs found it. */
export interface FoundFailure extends FailedAssertion {
  /** Index of its line in the output: what is said first comes first. */
  readonly at: number;
  /** The file of tests it belongs to, where the runner says so: unlike `file` it does not move with the code. */
  readonly suite?: string | undefined;
  /** True: only worth telling when nothing better is found. */
  readonly vague?: boolean | undefined;
}

/** Reads the failures that one kind of program printed; nothing for the output of others. `directory`: the work tree. */
export type FailureReader = (lines: readonly string[], directory: string) => FoundFailure[];

/** More than anybody reads, and than fingerprints tell apart. */
const MOST_FAILURES = 1_000;

/** What `read` finds at the lines, up to a number that keeps the time for any output within bounds. */
export function collect(
  lines: readonly string[],
  read: (line: string, at: number) => FoundFailure | undefined,
): FoundFailure[] {
  const found: FoundFailure[] = [];
  for (const [at, line] of lines.entries()) {
    const failure = read(line, at);
    if (failure !== undefined) found.push(failure);
    if (found.length === MOST_FAILURES) break;
  }
  return found;
}

interface Place {
  readonly file: string;
  readonly line: number;
}

/** How far from where a failure begins its parts are looked for, in lines: diffs of large values stop there. */
export const BLOCK_LINES = 200;

const SAID_BYTES = 300;

/** Lines as one sentence of a bounded length, without the words that begin every failure. */
export function sentence(lines: readonly string[]): string {
  const words = lines.map((line) => line.trim()).filter((line) => line !== "");
  const said = words.join(" ").replace(/\s+/gu, " ");
  return truncateUtf8(said.replace(/^(?:AssertionError(?: \[\w+\])?|error): /u, ""), SAID_BYTES);
}

/** The lines after `at` up to the first for which `isEnd` holds. */
export function blockAfter(lines: readonly string[], at: number, isEnd: (line: string) => boolean): string[] {
  const block = lines.slice(at + 1, at + 1 + BLOCK_LINES);
  const end = block.findIndex(isEnd);
  return end === -1 ? block : block.slice(0, end);
}

/** The lines of a block before the first for which `isEnd` holds. */
export function upTo(block: readonly string[], isEnd: (line: string) => boolean): readonly string[] {
  const end = block.findIndex(isEnd);
  return end === -1 ? block : block.slice(0, end);
}

/** True for a line of a JavaScript stack: `at name (file:4:1)`, `at file:4:1`, and vitest's `❯ file:4:1`. */
export function isFrame(line: string): boolean {
  return /^\s*(?:at |❯ )\S/u.test(line);
}

/** Where the first frame of a block stands that is the project's own code. */
export function ownFrame(block: readonly string[], directory: string): Place | undefined {
  for (const line of block) {
    if (!isFrame(line)) continue;
    const place = placeIn(line);
    if (place !== undefined && isOwn(place.file, directory)) return shownPlace(place, directory);
  }
  return undefined;
}

function placeIn(frame: string): Place | undefined {
  const inParentheses = /\(([^()]*:\d+:\d+)\)/u.exec(frame)?.[1];
  const alone = frame.replace(/^\s*(?:at (?:async )?|❯ )/u, "").replace(/\s*\{$/u, "");
  const spelled = inParentheses ?? (alone.startsWith("/") ? alone : (alone.split(" ").at(-1) ?? ""));
  const [, file, line] = /^(.*?):(\d{1,9}):\d{1,9}$/u.exec(spelled.trim()) ?? [];
  return file === undefined || file === "" ? undefined : { file, line: Number(line) };
}

const FOREIGN =
  /^(?:node|native|internal|bun):|^[<[]|^internal\/|(?:^|\/)(?:node_modules|site-packages|dist-packages|lib\/python[\d.]*|go\/pkg\/mod|rustc|\.cargo)\//u;

/** True for a path inside the work tree that is not somebody else's code installed there. */
export function isOwn(file: string, directory: string): boolean {
  const shown = shownFile(file, directory);
  return shown !== "" && !isAbsolute(shown) && !shown.startsWith("../") && !FOREIGN.test(shown);
}

export function shownPlace({ file, line }: Place, directory: string): Place {
  return { file: shownFile(file, directory), line };
}

/** Relative to the work tree when it lies in it, else as it was printed. */
export function shownFile(printed: string, directory: string): string {
  const file = printed.replace(/^file:\/\//u, "").replace(/^(?:\.\/)+/u, "");
  if (!isAbsolute(file)) return file;
  const inside = relative(directory, file);
  return inside === "" || inside.startsWith("..") ? file : inside;
}
