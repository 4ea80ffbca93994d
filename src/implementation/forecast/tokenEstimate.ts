import type { ModelPrice } from "../../core/modelCatalog.ts";
import type { Complexity } from "../../types.ts";

/** Both ends of what is likely; whole tokens, or USD. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Tokens of one attempt. Each turn sends all that was said before again: mostly `cached`, where a provider has a cache. */
export interface TokenEstimate {
  readonly newInput: Range;
  readonly cachedInput: Range;
  readonly output: Range;
}

/** What is known of a task before it is worked on; sizes in bytes. */
export interface TaskSize {
  readonly complexity: Complexity;
  readonly message: number;
  readonly agentsFile: number;
  /** What there is of the files it may write, and of those it is told to read. */
  readonly mayWrite: number;
  readonly reads: number;
  /** Entries of its files of which nothing exists yet. */
  readonly newFiles: number;
}

/*
 * The rules of docs/decisions/0036-how-tasks-are-classified-and-estimated.md. The first is measured (bench/firstRequest:
 * 14.8 KB with a message of 1.6 KB), the others are assumptions until runs have been measured.
 */
const FIXED_REQUEST_BYTES = 13_200;
const BYTES_PER_TOKEN = 4;
const TURNS: Readonly<Record<Complexity, Range>> = {
  documentation: { low: 4, high: 10 },
  simple: { low: 5, high: 15 },
  complex: { low: 10, high: 40 },
};
/** What a model says in a turn, its calls of tools included but not the text it writes into files. */
const SAID_TOKENS: Range = { low: 80, high: 300 };
/** What a turn's tools answer, files aside. */
const ANSWERED_TOKENS: Range = { low: 50, high: 500 };
const MAX_READ_BYTES: Range = { low: 32 * 1024, high: 128 * 1024 };
const NEW_FILE_BYTES: Range = { low: 500, high: 6_000 };
/** Of what exists, this part is written anew, and never more than the limit. */
const REWRITTEN: Range = { low: 0.05, high: 0.3 };
const MAX_REWRITTEN_BYTES = 24 * 1024;

export function estimateTokens(task: TaskSize): TokenEstimate {
  const low = attempt(task, "low");
  const high = attempt(task, "high");
  return {
    newInput: { low: low.newInput, high: high.newInput },
    cachedInput: { low: low.cachedInput, high: high.cachedInput },
    output: { low: low.output, high: high.output },
  };
}

function attempt(task: TaskSize, end: keyof Range) {
  const turns = TURNS[task.complexity][end];
  const opening = (FIXED_REQUEST_BYTES + task.agentsFile + task.message) / BYTES_PER_TOKEN;
  const seen = end === "low" ? task.mayWrite : task.mayWrite + task.reads;
  const read = Math.min(seen, MAX_READ_BYTES[end]) / BYTES_PER_TOKEN;
  const rewritten = Math.min(task.mayWrite * REWRITTEN[end], MAX_REWRITTEN_BYTES);
  const written = (rewritten + task.newFiles * NEW_FILE_BYTES[end]) / BYTES_PER_TOKEN;
  const output = turns * SAID_TOKENS[end] + written;
  const answered = turns * ANSWERED_TOKENS[end];
  // Files are read at the start; what is said, written and answered grows evenly, so half of it is there on average.
  const sentAgain = (turns - 1) * (opening + read + (output + answered) / 2);
  return {
    newInput: Math.round(opening + read + answered),
    cachedInput: Math.round(sentAgain),
    output: Math.round(output),
  };
}

export const NO_TOKENS: TokenEstimate = {
  newInput: { low: 0, high: 0 },
  cachedInput: { low: 0, high: 0 },
  output: { low: 0, high: 0 },
};

export function addTokens(one: TokenEstimate, other: TokenEstimate): TokenEstimate {
  return {
    newInput: addRanges(one.newInput, other.newInput),
    cachedInput: addRanges(one.cachedInput, other.cachedInput),
    output: addRanges(one.output, other.output),
  };
}

export function addRanges(one: Range, other: Range): Range {
  return { low: one.low + other.low, high: one.high + other.high };
}

export function allTokens({ newInput, cachedInput, output }: TokenEstimate): Range {
  return addRanges(addRanges(newInput, cachedInput), output);
}

/** In USD. Where no price for cached input is known, it costs as much as new input. */
export function costOf(tokens: TokenEstimate, price: ModelPrice): Range {
  const cachedPrice = price.cachedInput ?? price.input;
  const cost = (end: keyof Range) =>
    (tokens.newInput[end] * price.input + tokens.cachedInput[end] * cachedPrice + tokens.output[end] * price.output) /
    1_000_000;
  return { low: cost("low"), high: cost("high") };
}
