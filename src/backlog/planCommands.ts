import type { Backlog, Task } from "../types.ts";
import { decodeBacklog } from "./decodeBacklog.ts";
import { checkAcceptance } from "./passes/acceptance.ts";
import type { RepositoryFacts } from "./repositoryFacts.ts";

/** The command that a task's criterion is; undefined: it is prose. */
export type CriterionCommands = (taskId: string, criterion: string) => string | undefined;

/** One line in backticks and nothing beside it but words that say it passes: with more words it is a sentence. */
const COMMAND_LINE = /^`([^`\n]+)`(?:\s+(?:passes|succeeds|is green|exits with (?:status |code )?0))?[.!]?$/iu;

/**
 * Programs that belong to a repository with a file of that name in its root. What is installed on this machine does not
 * count: the same commit gives the same commands everywhere.
 */
const PROGRAMS_BY_FILE: Readonly<Record<string, readonly string[]>> = {
  "package.json": ["npm", "npx", "node"],
  "yarn.lock": ["yarn"],
  "pnpm-lock.yaml": ["pnpm"],
  "bun.lock": ["bun", "bunx"],
  "bun.lockb": ["bun", "bunx"],
  "bunfig.toml": ["bun", "bunx"],
  "deno.json": ["deno"],
  "Cargo.toml": ["cargo"],
  "go.mod": ["go"],
  "pyproject.toml": ["python", "python3", "pytest"],
  "setup.py": ["python", "python3", "pytest"],
  "pytest.ini": ["python", "python3", "pytest"],
  Makefile: ["make"],
  justfile: ["just"],
  "pom.xml": ["mvn"],
  "mix.exs": ["mix"],
  Gemfile: ["bundle", "rake"],
  "composer.json": ["composer", "php"],
  "CMakeLists.txt": ["cmake", "ctest"],
};
/** On every system that commands run on. */
const PROGRAMS_EVERYWHERE = ["bash", "cmp", "diff", "git", "grep", "sh"];

/**
 * Which criteria of a plan are commands that can be run as they stand. Conservative: "make the report sortable" begins
 * with a program's name, so only a line that is marked as code counts, whose programs belong to the repository, and that
 * the compiler has nothing to say about.
 */
export function commandsAmongCriteria(
  planned: readonly { readonly task: Task; readonly criteria: readonly string[] }[],
  facts: RepositoryFacts | undefined,
): CriterionCommands {
  if (facts === undefined) return () => undefined;
  const tasks = planned.map(({ task, criteria }) => ({
    ...task,
    acceptance: criteria.flatMap((criterion) => commandIn(criterion) ?? []).map((run) => ({ run })),
  }));
  const refused = refusedCommands(decodeBacklog({ tasks }), portable(facts));
  return (taskId, criterion) => {
    const command = commandIn(criterion);
    return command === undefined || refused.get(taskId)?.has(command) ? undefined : command;
  };
}

function commandIn(criterion: string): string | undefined {
  const command = COMMAND_LINE.exec(criterion)?.[1]?.trim();
  // One word in backticks is as often a name, of a function or of a file, as a command.
  return command?.includes(" ") ? command : undefined;
}

function refusedCommands(backlog: Backlog, facts: RepositoryFacts): ReadonlyMap<string, ReadonlySet<string>> {
  const refused = new Map<string, Set<string>>();
  for (const { path } of checkAcceptance(backlog, "generated", facts).findings) {
    const task = backlog.tasks[Number(path[1])];
    const run = task?.acceptance[Number(path[3])]?.run;
    if (task === undefined || run === undefined) continue;
    refused.set(task.id, (refused.get(task.id) ?? new Set<string>()).add(run));
  }
  return refused;
}

function portable(facts: RepositoryFacts): RepositoryFacts {
  const owned = Object.entries(PROGRAMS_BY_FILE).flatMap(([file, programs]) => (facts.files.has(file) ? programs : []));
  const programs = new Set([...PROGRAMS_EVERYWHERE, ...owned]);
  return {
    ...facts,
    hasProgram: (name) => programs.has(name),
    isInWorkTree: (path) => facts.files.has(path),
    setup: [],
  };
}
