import { invocationsOf, nameOf, scriptOf, unwrap } from "./invocations.ts";
import type { Command, CommandList, ListItem, Pipeline, SimpleCommand } from "./syntax.ts";

/*
 * Which command lines end with status 0 whatever the files are, so that passing them says nothing. Only what is certain
 * counts: a program with an argument that names anything may fail.
 */

type Verdict = "passes" | "fails" | "depends";

/** True for a line that no tree of files can fail. */
export function alwaysPasses(list: CommandList): boolean {
  if (verdictOfList(list, { stopsAtFailure: false, wholePipelines: false }) !== "passes") return false;
  return !invocationsOf(list).some(
    ({ program, words }) => CHANGES_THE_END.has(program.text) && verdictOfStatus(words[1]?.text) !== "passes",
  );
}

/** From anywhere on the line these decide, or may decide, how it ends. */
const CHANGES_THE_END = new Set(["exit", "return", "trap", "exec", "kill", "source", "."]);

/** `set -e` and `set -o pipefail`, as far as they have been given. */
interface ShellMode {
  stopsAtFailure: boolean;
  wholePipelines: boolean;
}

function verdictOfList(list: CommandList, mode: ShellMode): Verdict {
  let verdict: Verdict = "passes";
  for (const item of list) {
    if (mode.stopsAtFailure && verdict !== "passes") return "depends";
    verdict = verdictOfItem(item, mode);
    if (endsShell(item)) return verdict;
  }
  return verdict;
}

function verdictOfItem({ first, rest, inBackground }: ListItem, mode: ShellMode): Verdict {
  if (inBackground) return "passes";
  return rest.reduce<Verdict>(
    (before, { operator, pipeline }) => {
      const next = verdictOfPipeline(pipeline, mode);
      const decided = operator === "&&" ? "fails" : "passes";
      if (before === decided) return before;
      if (before !== "depends") return next;
      // Whether the second runs is open; the result is certain if either way gives the same.
      return next === decided ? decided : "depends";
    },
    verdictOfPipeline(first, mode),
  );
}

function verdictOfPipeline({ negated, commands }: Pipeline, mode: ShellMode): Verdict {
  const verdicts = commands.map((command, index) => verdictOfCommand(command, index > 0, mode));
  const last = verdicts.at(-1) ?? "depends";
  const certain = mode.wholePipelines && verdicts.some((verdict) => verdict !== "passes") ? "depends" : last;
  if (!negated || certain === "depends") return certain;
  return certain === "passes" ? "fails" : "passes";
}

function verdictOfCommand(command: Command, readsPipe: boolean, mode: ShellMode): Verdict {
  // The file that is read may be missing.
  if (command.redirections.some(({ operator, target }) => operator === "<" && target.text !== "/dev/null"))
    return "depends";
  switch (command.kind) {
    case "group":
      return verdictOfList(command.list, { ...mode });
    case "compound":
      return "depends";
    case "simple":
      return verdictOfSimple(command, readsPipe, mode);
  }
}

function verdictOfSimple(command: SimpleCommand, readsPipe: boolean, mode: ShellMode): Verdict {
  const { words } = unwrap(command.words);
  const [program] = words;
  if (program === undefined) {
    return command.assignments.some((word) => word.substitutions.length > 0) ? "depends" : "passes";
  }
  if (!program.isPlain) return "depends";
  const script = scriptOf(words);
  if (script === "unknown") return "depends";
  if (script !== undefined) return verdictOfList(script, modeOf(words.map((word) => word.text)));
  const args = words.slice(1);
  if (program.text === "set")
    noteMode(
      args.map((word) => word.text),
      mode,
    );
  if (program.text === "false") return "fails";
  if (program.text === "exit" || program.text === "return") return verdictOfStatus(args[0]?.text);
  if (/^(?:test|\[|\[\[)$/u.test(program.text)) {
    return args.every((word) => word.isPlain)
      ? verdictOfTest(withoutBracket(args.map((word) => word.text)))
      : "depends";
  }
  return succeedsAnywhere(
    nameOf(program),
    program.text,
    args.map((word) => word.text),
    readsPipe,
  )
    ? "passes"
    : "depends";
}

/** Programs that say or wait, whatever their arguments. */
const NEVER_FAILING = new Set([
  "true",
  ":",
  "echo",
  "printf",
  "sleep",
  "pwd",
  "set",
  "export",
  "unset",
  "umask",
  "wait",
  "date",
  "whoami",
  "hostname",
  "uname",
  "id",
  "alias",
  "shopt",
  "ulimit",
]);
/** Programs that only fail on what their arguments name. */
const HARMLESS_ALONE = new Set([
  "ls",
  "cat",
  "cd",
  "env",
  "printenv",
  "ps",
  "df",
  "du",
  "find",
  "tree",
  "tail",
  "head",
  "sort",
  "wc",
  "tee",
]);
/** At the end of a pipeline they pass on what comes, and with it lose the status of the program before. */
const FILTERS = new Set([
  "cat",
  "head",
  "tail",
  "tee",
  "sort",
  "uniq",
  "wc",
  "tr",
  "cut",
  "column",
  "nl",
  "rev",
  "fold",
  "less",
  "more",
]);

function succeedsAnywhere(name: string, written: string, args: readonly string[], readsPipe: boolean): boolean {
  if (NEVER_FAILING.has(name)) return true;
  const operands = args.filter((arg) => !arg.startsWith("-") && arg !== ".");
  if (readsPipe && FILTERS.has(name))
    return name === "tr" || name === "tee" || operands.every((arg) => /^\d+$/u.test(arg));
  if (HARMLESS_ALONE.has(name) && operands.length === 0 && !args.some((arg) => /^-(?:exec|ok|delete)/u.test(arg)))
    return true;
  if (name === "git") return isGitReport(args);
  // A program of the machine telling its version; one of the repository would have to be there first.
  return !written.includes("/") && args.length === 1 && /^(?:--version|--help|-V)$/u.test(args[0] ?? "");
}

function isGitReport(args: readonly string[]): boolean {
  if (args.some((arg) => /^(?:--exit-code|--quiet|--check|-q|-S.*|-G.*)$/u.test(arg))) return false;
  const [command = "", ...rest] = args;
  return /^(?:status|diff|log)$/u.test(command) && rest.every((arg) => arg.startsWith("-"));
}

function verdictOfStatus(status: string | undefined): Verdict {
  if (status === undefined || !/^\d+$/u.test(status)) return "depends";
  return Number(status) % 256 === 0 ? "passes" : "fails";
}

/** `test` with constants: one text that is not empty, or a comparison of a text with itself. */
function verdictOfTest(args: readonly string[]): Verdict {
  const [left = "", operator = "", right = ""] = args;
  if (args.length === 1) return left === "" ? "fails" : "passes";
  if (args.length === 2)
    return (left === "-n" && operator !== "") || (/^-[ed]$/u.test(left) && /^(?:\.|\/)$/u.test(operator))
      ? "passes"
      : "depends";
  return args.length === 3 && /^(?:=|==|-eq|-le|-ge)$/u.test(operator) && left === right ? "passes" : "depends";
}

function withoutBracket(args: readonly string[]): readonly string[] {
  return /^\]\]?$/u.test(args.at(-1) ?? "") ? args.slice(0, -1) : args;
}

/** The mode of `bash -euo pipefail -c …`. */
function modeOf(words: readonly string[]): ShellMode {
  const mode = { stopsAtFailure: false, wholePipelines: false };
  noteMode(words.slice(1, words.findIndex((word) => /^-[a-z]*c$/u.test(word)) + 1), mode);
  return mode;
}

function noteMode(args: readonly string[], mode: ShellMode): void {
  if (args.some((arg) => /^-[a-z]*e/u.test(arg)) || args.includes("errexit")) mode.stopsAtFailure = true;
  if (args.includes("pipefail")) mode.wholePipelines = true;
}

function endsShell({ first, rest }: ListItem): boolean {
  const [command] = first.commands;
  if (rest.length > 0 || first.commands.length > 1 || command?.kind !== "simple") return false;
  return /^(?:exit|return)$/u.test(command.words[0]?.text ?? "");
}
