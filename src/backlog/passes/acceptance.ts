import type { Backlog, Task } from "../../types.ts";
import { type Finding, quote, type ValuePath } from "../diagnostics.ts";
import type { Origin, RepositoryFacts } from "../repositoryFacts.ts";
import { alwaysPasses } from "../shell/alwaysPasses.ts";
import { destructionIn, isForkBomb } from "../shell/destructiveCommands.ts";
import { missingPrograms, type Programs } from "../shell/missingPrograms.ts";
import { parseCommandLine } from "../shell/parseCommandLine.ts";
import type { CommandList } from "../shell/syntax.ts";
import { syntaxFault } from "../shell/syntaxFault.ts";
import { taskWriters } from "../taskWriters.ts";

/** The schema refuses longer ones. */
const MAX_LINE = 4_096;

interface CommandLine {
  readonly path: ValuePath;
  readonly field: "acceptance" | "checks" | "verify" | "setup";
  readonly task?: Task;
  readonly line: string;
  /** Undefined: not understood; then it is taken as good. */
  readonly list: CommandList | undefined;
}

export interface CheckedCommands {
  readonly findings: readonly Finding[];
  /** Tasks that have checks, none of which can fail. */
  readonly unprovenTasks: ReadonlySet<string>;
}

/**
 * The commands of a backlog: none destroys anything, a shell can read each, its program exists (with `facts`), and a
 * check can fail. A check that cannot is refused in a draft; a person's leaves its task unproven.
 */
export function checkAcceptance(backlog: Backlog, origin: Origin, facts?: RepositoryFacts): CheckedCommands {
  const lines = commandLines(backlog);
  const vacuous = lines.filter(({ field, list }) => field !== "setup" && list !== undefined && alwaysPasses(list));
  return {
    findings: [
      ...lines.flatMap(destruction),
      ...lines.flatMap(unreadable),
      ...vacuous.map((command) => provesNothing(command, origin)),
      ...(facts ? unstartable(lines, backlog, origin, facts) : []),
    ],
    unprovenTasks: tasksWithoutProof(backlog.tasks, vacuous),
  };
}

function commandLines(backlog: Backlog): readonly CommandLine[] {
  const lists = new Map<string, CommandList | undefined>();
  const command = (line: string, place: Omit<CommandLine, "line" | "list">): CommandLine => {
    if (!lists.has(line)) lists.set(line, line.length > MAX_LINE ? undefined : parseCommandLine(line));
    return { ...place, line, list: lists.get(line) };
  };
  return [
    ...backlog.setup.map((line, at) => command(line, { path: ["setup", at], field: "setup" })),
    ...backlog.verify.map((line, at) => command(line, { path: ["verify", at], field: "verify" })),
    ...(backlog.goal?.checks ?? []).map(({ run }, at) =>
      command(run, { path: ["goal", "checks", at, "run"], field: "checks" }),
    ),
    ...backlog.tasks.flatMap((task, index) =>
      task.acceptance.map(({ run }, at) =>
        command(run, { path: ["tasks", index, "acceptance", at, "run"], field: "acceptance", task }),
      ),
    ),
  ];
}

function destruction(command: CommandLine): readonly Finding[] {
  const { line, list, field } = command;
  const what = isForkBomb(line)
    ? "starts itself without end"
    : list && destructionIn(list, field === "setup" ? "setup" : "check");
  if (what === undefined) return [];
  const suggestion = field === "setup" ? "take it out, or do it by hand" : "write a command that only looks";
  return [{ ...placeOf(command), message: `${quote(line)} ${what}`, suggestion }];
}

function unreadable(command: CommandLine): readonly Finding[] {
  const { line, list, task } = command;
  if (list !== undefined || line.length > MAX_LINE || task?.status === "complete") return [];
  const fault = syntaxFault(line);
  return fault === undefined
    ? []
    : [{ ...placeOf(command), message: `${quote(line)} is not a shell command: ${fault}` }];
}

/** `verify` and `setup` of a draft are a person's: they come from the options. */
function isDrafted({ field }: CommandLine, origin: Origin): boolean {
  return origin !== "person" && (field === "acceptance" || field === "checks");
}

function provesNothing(command: CommandLine, origin: Origin): Finding {
  return {
    ...placeOf(command),
    ...(isDrafted(command, origin) ? {} : { severity: "warning" }),
    message: `${quote(command.line)} passes whatever the task does, so it proves nothing`,
    suggestion: /\|[^|]/u.test(command.line)
      ? "let its status be that of the program that checks; `set -o pipefail` keeps it in a pipeline"
      : "write a command that fails until the work is done",
  };
}

function unstartable(
  lines: readonly CommandLine[],
  backlog: Backlog,
  origin: Origin,
  facts: RepositoryFacts,
): readonly Finding[] {
  const programs = programsOf(backlog, facts);
  const isPrepared = backlog.setup.length + facts.setup.length > 0;
  return lines.flatMap((command) => {
    const { line, list, field, path, task } = command;
    if (list === undefined || task?.status === "complete") return [];
    const mayComeLater = field === "setup" ? path[1] !== 0 : isPrepared;
    const isOthers = origin !== "person" && !isDrafted(command, origin);
    return missingPrograms(list, line, programs).map(
      (what): Finding => ({
        ...placeOf(command),
        ...(mayComeLater || isOthers ? { severity: "warning" } : {}),
        message: `${quote(line)} ${what}`,
      }),
    );
  });
}

function programsOf(backlog: Backlog, facts: RepositoryFacts): Programs {
  const writers = taskWriters(backlog.tasks);
  const isWritten = (path: string) => writers(path).length > 0;
  return {
    hasProgram: (name) => facts.hasProgram(name),
    mayExist: (path) => facts.files.has(path) || facts.isIgnored(path) || isWritten(path) || facts.isInWorkTree(path),
    scripts: isWritten("package.json") ? undefined : facts.scripts,
  };
}

function tasksWithoutProof(tasks: readonly Task[], vacuous: readonly CommandLine[]): ReadonlySet<string> {
  const counts = new Map<Task, number>();
  for (const { task } of vacuous) if (task) counts.set(task, (counts.get(task) ?? 0) + 1);
  return new Set(tasks.flatMap((task) => (counts.get(task) === task.acceptance.length ? [task.id] : [])));
}

function placeOf({ path, task }: CommandLine) {
  return { kind: "acceptance", path, ...(task === undefined ? {} : { task: task.id }) } as const;
}
