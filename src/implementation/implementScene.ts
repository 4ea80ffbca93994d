import { BacklogManager } from "../backlog/backlogManager.ts";
import { formatDiagnostics } from "../backlog/diagnostics.ts";
import { entrySizes } from "../backlog/entrySizes.ts";
import { readRepositoryFacts } from "../backlog/readRepositoryFacts.ts";
import type { RepositoryFacts } from "../backlog/repositoryFacts.ts";
import { classifyTask } from "../backlog/taskClass.ts";
import type { CommandContext } from "../core/commandContext.ts";
import { inputPath, shownPath } from "../core/paths.ts";
import { Refusal } from "../core/refusal.ts";
import { type StateDirectory, stateDirectoryFor } from "../core/stateDirectory.ts";
import { Git, requireGit } from "../git/gitProcess.ts";
import { inspectRepository, type UserRepository } from "../git/userRepository.ts";
import type { Backlog, Task } from "../types.ts";
import { describeSecret, scanForSecrets } from "../verification/secretScan.ts";
import type { WorkMode } from "./attempts/attempt.ts";
import { ModelRouter, type Route } from "./modelRouter.ts";
import { type CopiedFile, ignoringCopies, readCopiedFiles } from "./slots/copiedFiles.ts";

export interface ImplementFlags {
  readonly backlogFile: string;
  readonly workers?: number | undefined;
  /** Task ids; undefined: all that are not complete. */
  readonly only?: readonly string[] | undefined;
  readonly dryRun: boolean;
  readonly allowRedBase: boolean;
  /** How tasks are worked on; default: by agents. */
  readonly mode?: WorkMode | undefined;
}

/** Everything `implement` knows before it changes anything. */
export interface ImplementScene {
  readonly git: Git;
  readonly user: UserRepository;
  readonly state: StateDirectory;
  readonly manager: BacklogManager;
  readonly backlog: Backlog;
  readonly backlogFile: string;
  /** Tasks that are to be done, in the backlog's order. */
  readonly tasks: readonly Task[];
  /** Ids of what the person asked for: those named by --only, or all. */
  readonly asked: ReadonlySet<string>;
  readonly facts: RepositoryFacts;
  readonly routes: ReadonlyMap<string, Route>;
  readonly verify: readonly string[];
  readonly setup: readonly string[];
  readonly copied: readonly CopiedFile[];
  readonly workers: number;
  readonly mode: WorkMode;
}

/** Reads and checks everything there is; throws `Refusal` for what cannot work, before anything is spent or written. */
export async function readScene(flags: ImplementFlags, context: CommandContext): Promise<ImplementScene> {
  const git = new Git(context.environment);
  await requireGit(git);
  const inspected = await inspectRepository(git, context.directory);
  const copied = await readCopiedFiles(git, inspected.root, context.options.copy);
  const user = ignoringCopies(inspected, copied);
  const path = inputPath(user.root, context.directory, flags.backlogFile);
  const facts = await readRepositoryFacts(git, user, context.environment, context.options.setup);
  const loaded = await BacklogManager.load(path, { repositoryRoot: user.root, facts });
  if (!loaded.ok) throw new Refusal(formatDiagnostics(loaded.failure));

  const manager = loaded.value;
  const backlogFile = shownPath(user.root, path);
  await refuseKeysIn(manager.loadedText, backlogFile);
  const { backlog } = manager;
  const tasks = tasksToDo(backlog, flags.only);
  return {
    git,
    user,
    state: stateDirectoryFor(user.commonDir, context.environment),
    manager,
    backlog,
    backlogFile,
    tasks,
    asked: new Set(flags.only ?? backlog.tasks.map((task) => task.id)),
    facts,
    routes: routeAll(tasks, context, facts),
    copied,
    verify: backlog.verify.length > 0 ? backlog.verify : (context.options.verify ?? []),
    setup: backlog.setup.length > 0 ? backlog.setup : (context.options.setup ?? []),
    workers: flags.workers ?? context.options.workers,
    mode: flags.mode ?? "agent",
  };
}

/** Characters; in a larger file keys are found task by task, before each is sent. */
const MAX_SCANNED_AT_ONCE = 1_000_000;

/** A key in a task is never sent: who wrote it there learns that before anything is spent. */
async function refuseKeysIn(text: string, file: string): Promise<void> {
  if (text.length > MAX_SCANNED_AT_ONCE) return;
  const [first, ...more] = (await scanForSecrets(text)).found;
  if (first === undefined) return;
  const others = more.length === 0 ? "" : `, and ${more.map(describeSecret).join(", ")}`;
  throw new Refusal(
    `${file}:${first.line}: ${describeSecret(first)}${others}: take it out, or put secretlint-disable-line in a comment on the line of one that is only an example; nothing was run`,
  );
}

/**
 * What is neither complete nor given up. `skipped` tasks are tried again, since only another task's failure stopped
 * them; `failed` ones once a person has set them back to `pending`.
 */
export function tasksToDo(backlog: Backlog, only: readonly string[] | undefined): readonly Task[] {
  const open = backlog.tasks.filter((task) => task.status !== "complete" && task.status !== "failed");
  if (only === undefined) return open;

  const known = new Set(backlog.tasks.map((task) => task.id));
  const unknown = only.filter((id) => !known.has(id));
  if (unknown.length > 0) throw new Refusal(`--only names no task of the backlog: ${unknown.join(", ")}.`);
  const chosen = open.filter((task) => only.includes(task.id));
  for (const task of chosen) {
    const missing = task.depends_on.filter((id) => !only.includes(id) && open.some((other) => other.id === id));
    if (missing.length > 0) {
      throw new Refusal(`--only: ${task.id} needs ${missing.join(", ")}, which is not complete; name it too.`);
    }
  }
  return chosen;
}

/** By task id, who works on each at first. Throws `Refusal` where nobody can. */
export function routeAll(
  tasks: readonly Task[],
  context: Pick<CommandContext, "models" | "options">,
  facts: RepositoryFacts,
): ReadonlyMap<string, Route> {
  const router = new ModelRouter(context.options.models, context.models);
  const sizeOf = entrySizes(tasks, facts);
  const routes = new Map<string, Route>();
  for (const task of tasks) {
    const route = router.route(task, classifyTask(task, sizeOf).complexity);
    if (!route.ok) throw new Refusal(route.failure);
    routes.set(task.id, route.value);
  }
  return routes;
}
