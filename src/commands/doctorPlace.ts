import { DEFAULT_BACKLOG_FILE } from "../backlog/backlogDocument.ts";
import { BacklogManager } from "../backlog/backlogManager.ts";
import { formatDiagnostics, formatWarnings } from "../backlog/diagnostics.ts";
import { readRepositoryFacts } from "../backlog/readRepositoryFacts.ts";
import type { RepositoryFacts } from "../backlog/repositoryFacts.ts";
import type { CommandContext } from "../core/commandContext.ts";
import { counted } from "../core/counted.ts";
import { inputPath, shownPath } from "../core/paths.ts";
import { messageOf } from "../core/refusal.ts";
import { type StateDirectory, stateDirectoryFor } from "../core/stateDirectory.ts";
import { Git, requireGit } from "../git/gitProcess.ts";
import { inspectRepository, type UserRepository } from "../git/userRepository.ts";
import type { HealthVerdict } from "../verification/instrumentationChecker.ts";
import { findBacklog } from "./statusBacklog.ts";

/** Something `doctor` looked for: what it found, and what there is to say about it. */
export interface Found<Value> {
  readonly value?: Value | undefined;
  readonly verdict: HealthVerdict;
}

export interface FoundRepository {
  readonly user: UserRepository;
  readonly state: StateDirectory;
}

export interface FoundTasks {
  readonly manager: BacklogManager;
  readonly facts: RepositoryFacts;
  /** Relative to the repository's root. */
  readonly file: string;
}

/** Where `doctor` was asked. What is missing is missing: the rest is looked at all the same. */
export interface DoctorPlace {
  readonly git: Git;
  /** What `git version` prints. */
  readonly version: Found<string>;
  readonly repository: Found<FoundRepository>;
  readonly backlog: Found<FoundTasks>;
}

export async function findPlace(
  backlogFile: string | undefined,
  context: Pick<CommandContext, "directory" | "environment" | "options">,
): Promise<DoctorPlace> {
  const git = new Git(context.environment);
  const version = await found(() => readVersion(git));
  if (version.value === undefined) return { git, version, repository: WITHOUT_GIT, backlog: WITHOUT_REPOSITORY };
  const repository = await found(() => readRepository(git, context));
  if (repository.value === undefined) return { git, version, repository, backlog: WITHOUT_REPOSITORY };
  const { user } = repository.value;
  return { git, version, repository, backlog: await found(() => readBacklog(git, user, backlogFile, context)) };
}

const WITHOUT_GIT: Found<never> = { verdict: { result: "skipped", says: "needs 'git'" } };
const WITHOUT_REPOSITORY: Found<never> = { verdict: { result: "skipped", says: "needs 'repository'" } };

/** Refusals say what is wrong and what to do; so do errors, as far as they can. */
async function found<Value>(read: () => Promise<Found<Value>>): Promise<Found<Value>> {
  try {
    return await read();
  } catch (error) {
    return { verdict: { result: "failed", says: messageOf(error) } };
  }
}

async function readVersion(git: Git): Promise<Found<string>> {
  await requireGit(git);
  const version = (await git.must(["version"], { cwd: "/" })).trim();
  return { value: version, verdict: { result: "ok", says: version } };
}

async function readRepository(
  git: Git,
  { directory, environment }: Pick<CommandContext, "directory" | "environment">,
): Promise<Found<FoundRepository>> {
  const asked = await git.run(["rev-parse", "--absolute-git-dir"], { cwd: directory });
  if (!asked.ok && asked.failure.reason === "not-a-repository") {
    const mend = "run this in a repository to have that checked too";
    return { verdict: { result: "skipped", says: `${directory} is not in a git repository`, mend } };
  }
  const user = await inspectRepository(git, directory);
  const state = stateDirectoryFor(user.commonDir, environment);
  return { value: { user, state }, verdict: { result: "ok", says: user.root } };
}

async function readBacklog(
  git: Git,
  user: UserRepository,
  given: string | undefined,
  { directory, environment, options }: Pick<CommandContext, "directory" | "environment" | "options">,
): Promise<Found<FoundTasks>> {
  const name = given ?? DEFAULT_BACKLOG_FILE;
  if (given === undefined && (await findBacklog({ root: user.root, directory }, name)) === undefined) {
    const mend = "'opencode run backlog' makes it from a plan";
    return { verdict: { result: "skipped", says: `there is no ${name}`, mend } };
  }
  const path = inputPath(user.root, directory, name);
  const facts = await readRepositoryFacts(git, user, environment, options.setup);
  const loaded = await BacklogManager.load(path, { repositoryRoot: user.root, facts });
  if (!loaded.ok) return { verdict: { result: "failed", says: formatDiagnostics(loaded.failure) } };
  const manager = loaded.value;
  const value = { manager, facts, file: shownPath(user.root, path) };
  const says = `${value.file}, ${counted(manager.getStats().total, "task")}`;
  const [first, ...more] = formatWarnings(manager.warnings);
  if (first === undefined) return { value, verdict: { result: "ok", says } };
  const others = more.length === 0 ? "" : ` (and ${counted(more.length, "more warning")})`;
  return { value, verdict: { result: "warning", says: `${says}: ${first}${others}` } };
}
