import { unreachable } from "../../core/unreachable.ts";
import { parseCommandLine } from "./parseCommandLine.ts";
import type { Command, CommandList, Redirection, SimpleCommand, Word } from "./syntax.ts";

/** One program being started, as far as the text shows it. */
export interface Invocation {
  /** The program's name as it is written, a wrapper such as `env` or `timeout` taken off. */
  readonly program: Word;
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
  /** Wrappers taken off, outermost first. */
  readonly wrappers: readonly string[];
  /** It reads what another program in its pipeline writes; the programs before it. */
  readonly pipedFrom: () => readonly string[];
  /** Nothing on the line runs before it, and may have made what it needs. */
  readonly isFirst: boolean;
  /** No `||` and no `if` on the line takes care of its failing. */
  readonly isUnconditional: boolean;
}

/** `eval eval eval …` is read once for each word: more of them would take minutes, and then the stack. */
const MAX_EVAL_WORDS = 50;
const SHELLS = new Set(["sh", "bash", "zsh", "dash", "ksh"]);
/** Options of wrappers that take a value of their own. */
const WRAPPERS: Readonly<Record<string, { readonly valued: RegExp; readonly operands: number }>> = {
  command: { valued: /^$/u, operands: 0 },
  builtin: { valued: /^$/u, operands: 0 },
  exec: { valued: /^-a$/u, operands: 0 },
  time: { valued: /^-[fo]$/u, operands: 0 },
  nohup: { valued: /^$/u, operands: 0 },
  env: { valued: /^(?:-[uCS]|--unset|--chdir)$/u, operands: 0 },
  nice: { valued: /^-n$/u, operands: 0 },
  ionice: { valued: /^-[cn]$/u, operands: 0 },
  timeout: { valued: /^(?:-[ks]|--signal|--kill-after)$/u, operands: 1 },
  stdbuf: { valued: /^-[ioe]$/u, operands: 0 },
  setsid: { valued: /^$/u, operands: 0 },
  xargs: { valued: /^-[aEILnPsd]$/u, operands: 0 },
};

/** Every program the list may start, those inside substitutions and scripts given with `-c` included, in order. */
export function invocationsOf(list: CommandList): readonly Invocation[] {
  const found: Invocation[] = [];
  collectList(list, true, found);
  return found;
}

/** What `sh -c '…'` and `eval …` run, if the text shows it; undefined for other programs. */
export function scriptOf(words: readonly Word[]): CommandList | "unknown" | undefined {
  const [program, ...rest] = words;
  if (program?.text === "eval") return readScript(rest);
  if (program === undefined || !SHELLS.has(nameOf(program))) return undefined;
  const at = rest.findIndex((word) => /^-[a-z]*c$/u.test(word.text));
  return at < 0 ? undefined : readScript(rest.slice(at + 1, at + 2));
}

/** The words from the program on that does the work, wrappers and their options left out. */
export function unwrap(words: readonly Word[]): {
  readonly wrappers: readonly string[];
  readonly words: readonly Word[];
} {
  const wrappers: string[] = [];
  let at = 0;
  for (let inner = afterWrapper(words, at); inner !== undefined; inner = afterWrapper(words, at)) {
    wrappers.push(words[at]?.text ?? "");
    at = inner;
  }
  return { wrappers, words: words.slice(at) };
}

/** `git` for `git` and `/usr/bin/git`. */
export function nameOf(program: Word): string {
  return program.text.slice(program.text.lastIndexOf("/") + 1);
}

export function isShell(name: string): boolean {
  return SHELLS.has(name);
}

/** Arguments without options. */
export function operandsOf(args: readonly string[]): readonly string[] {
  return args.filter((arg) => !arg.startsWith("-"));
}

/** Where the program stands that the wrapper at `start` runs; undefined: no wrapper stands there, or it runs nothing. */
function afterWrapper(words: readonly Word[], start: number): number | undefined {
  const program = words[start];
  if (!program?.isPlain || !Object.hasOwn(WRAPPERS, program.text)) return undefined;
  const wrapper = WRAPPERS[program.text];
  // `command -v x` asks whether x exists.
  if (wrapper === undefined || (program.text === "command" && /^-[vV]$/u.test(words[start + 1]?.text ?? "")))
    return undefined;
  let at = start + 1;
  for (let word = words[at]; word !== undefined; word = words[at]) {
    if (wrapper.valued.test(word.text)) at += 2;
    else if (word.text.startsWith("-") || (program.text === "env" && /^\w+=/u.test(word.text))) at++;
    else break;
  }
  const inner = at + wrapper.operands;
  return inner < words.length ? inner : undefined;
}

function readScript(words: readonly Word[]): CommandList | "unknown" {
  if (words.length === 0 || words.length > MAX_EVAL_WORDS) return "unknown";
  if (words.some((word) => /[$`]/u.test(word.text) && !word.isPlain)) return "unknown";
  return parseCommandLine(words.map((word) => word.text).join(" ")) ?? "unknown";
}

function collectList(list: CommandList, isUnconditional: boolean, found: Invocation[]): void {
  for (const { first, rest } of list) {
    const certain = isUnconditional && rest.every(({ operator }) => operator === "&&");
    for (const pipeline of [first, ...rest.map((next) => next.pipeline)]) {
      pipeline.commands.forEach((command, index) => {
        const pipedFrom = () => pipeline.commands.slice(0, index).flatMap(programsOf);
        collectCommand(command, { pipedFrom, isUnconditional: certain }, found);
      });
    }
  }
}

type Place = Pick<Invocation, "pipedFrom" | "isUnconditional">;

function collectCommand(command: Command, place: Place, found: Invocation[]): void {
  for (const { target } of command.redirections) collectLists(target.substitutions, place.isUnconditional, found);
  switch (command.kind) {
    case "group":
      collectList(command.list, place.isUnconditional, found);
      break;
    case "compound":
      collectLists(command.lists, false, found);
      break;
    case "simple":
      collectSimple(command, place, found);
      break;
    default:
      unreachable(command);
  }
}

function collectSimple(command: SimpleCommand, place: Place, found: Invocation[]): void {
  for (const word of [...command.assignments, ...command.words]) {
    collectLists(word.substitutions, place.isUnconditional, found);
  }
  const { wrappers, words } = unwrap(command.words);
  const [program] = words;
  const isFirst = found.length === 0;
  if (program) found.push({ program, words, redirections: command.redirections, wrappers, isFirst, ...place });
  const script = scriptOf(words);
  if (script !== undefined && script !== "unknown") collectList(script, place.isUnconditional, found);
}

function collectLists(lists: readonly CommandList[], isUnconditional: boolean, found: Invocation[]): void {
  for (const list of lists) collectList(list, isUnconditional, found);
}

function programsOf(command: Command): readonly string[] {
  const program = command.kind === "simple" ? unwrap(command.words).words[0] : undefined;
  return program ? [nameOf(program)] : [];
}
