import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse, parseDocument, stringify } from "yaml";
import { type AnswerFlags, answerCommand } from "../../src/commands/answerCommand.ts";
import type { BacklogFlags } from "../../src/commands/backlogCommand.ts";
import { backlogCommand } from "../../src/commands/backlogCommand.ts";
import { type CleanFlags, cleanCommand } from "../../src/commands/cleanCommand.ts";
import type { DoctorContext } from "../../src/commands/doctorChecks.ts";
import { type DoctorFlags, doctorCommand } from "../../src/commands/doctorCommand.ts";
import { type PlanFlags, planCommand } from "../../src/commands/planCommand.ts";
import { rollbackCommand } from "../../src/commands/rollbackCommand.ts";
import type { RollbackFlags } from "../../src/commands/rollbackWish.ts";
import { statusCommand } from "../../src/commands/statusCommand.ts";
import type { StatusFlags } from "../../src/commands/statusScene.ts";
import { type Options, optionsSchema } from "../../src/config.ts";
import type { AgentRunner } from "../../src/core/agentRunner.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { CommandContext, CommandReport } from "../../src/core/commandContext.ts";
import { formatModelRef, type ModelCatalog } from "../../src/core/modelCatalog.ts";
import { pause } from "../../src/core/pause.ts";
import { stateDirectoryFor } from "../../src/core/stateDirectory.ts";
import { implementCommand, implementUnchecked } from "../../src/implementation/implementCommand.ts";
import type { ImplementFlags } from "../../src/implementation/implementScene.ts";
import { type FileTree, makeRepository, type Repository, repositoryAt } from "./repository.ts";
import { type Script, ScriptedRunner } from "./scriptedRunner.ts";

/** A task as tests write one; what is left out has the schema's default. */
export interface TaskSketch {
  readonly id: string;
  readonly depends_on?: readonly string[];
  readonly files?: readonly string[];
  readonly acceptance?: readonly { readonly run: string }[];
  readonly allow_empty?: boolean;
  readonly model?: string;
  readonly complexity?: string;
  readonly status?: string;
  readonly network?: boolean;
  readonly description?: string;
  readonly reads?: readonly string[];
  readonly context?: string;
}

export interface BacklogSketch {
  readonly tasks: readonly TaskSketch[];
  readonly track_id?: string;
  readonly verify?: readonly string[];
  readonly setup?: readonly string[];
  readonly goal?: { readonly criteria?: readonly string[]; readonly checks?: readonly { readonly run: string }[] };
}

/** A task's own file. */
export const fileOf = (task: string): string => `words/${task.toLowerCase()}.txt`;

/** Passes as long as every word that is there stands alone on its line. */
export const VERIFY = 'for file in words/*.txt; do grep -qx "[a-z]*" "$file" || { echo "bad $file"; exit 1; }; done';

export const DIAMOND: readonly TaskSketch[] = [
  { id: "T001" },
  ...["T002", "T003", "T004", "T005"].map((id) => ({ id, depends_on: ["T001"] })),
  { id: "T006", depends_on: ["T002", "T003", "T004", "T005"] },
];

/** Writes the task's file and says it is done. */
export const writesItsWord: Script = async (agent) => {
  await agent.write({ [fileOf(agent.task)]: "word\n" });
  return undefined;
};

/** As `writesItsWord`, with another script for some tasks. */
export function scripted(others: Readonly<Record<string, Script>>): Script {
  return (agent) => (others[agent.task] ?? writesItsWord)(agent);
}

export function backlogText({ tasks, track_id = "words", verify = [VERIFY], setup = [], goal }: BacklogSketch): string {
  return stringify({
    version: 1,
    track_id,
    title: "Words",
    ...(goal === undefined ? {} : { goal }),
    verify,
    setup,
    tasks: tasks.map(({ id, ...task }) => ({
      id,
      title: `Write ${fileOf(id)}`,
      description: `Write one word into ${fileOf(id)}.\n`,
      files: [fileOf(id)],
      ...task,
    })),
  });
}

export interface RunSettings {
  readonly flags?: Partial<ImplementFlags>;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  /** Over the track's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** With all health checks, as a user runs it; default: with those of the base alone, which saves a second. */
  readonly healthChecks?: boolean;
  /** How the health check's request to a model ends; default: it answers. */
  readonly onProbe?: ScriptedRunner["onProbe"];
  /** Default: the repository's root. */
  readonly directory?: string;
  /** Names of the models that are connected, as provider/model. */
  readonly models?: readonly string[];
  /** Told each line of progress as it is written. */
  readonly onProgress?: (line: string) => void;
}

/** What a run said: its report and the lines of its progress. */
export interface RunOutcome {
  readonly report: CommandReport;
  readonly runner: ScriptedRunner;
  readonly progress: string;
}

const SESSION_MODEL = { providerID: "test", modelID: "worker" };

/** A user's repository with a backlog and a home of its own, all in one temporary folder. */
export class Track {
  readonly folder: string;
  readonly repository: Repository;
  private runs = 0;

  constructor(folder: string, repository: Repository) {
    this.folder = folder;
    this.repository = repository;
  }

  /** Another handle on the same home, for a linked worktree or a clone. */
  at(path: string): Track {
    return new Track(this.folder, repositoryAt(path));
  }

  get environment(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      HOME: join(this.folder, "home"),
      XDG_DATA_HOME: join(this.folder, "data"),
    };
  }

  get backlogFile(): string {
    return join(this.repository.path, "tasks/BACKLOG.yaml");
  }

  /** Where multi-agent-coder keeps what it knows about this repository. */
  async state() {
    return stateDirectoryFor(await realpath(join(this.repository.path, ".git")), this.environment);
  }

  /** Runs `implement` with agents that play `script`; rejects as the command does. */
  async implement(script: Script, settings: RunSettings = {}): Promise<RunOutcome> {
    const runner = new ScriptedRunner(script);
    if (settings.onProbe !== undefined) runner.onProbe = settings.onProbe;
    const lines: string[] = [];
    const onProgress = (line: string) => {
      lines.push(line);
      settings.onProgress?.(line);
    };
    const context = this.context(runner, { ...settings, onProgress });
    const implement = settings.healthChecks === true ? implementCommand : implementUnchecked;
    const report = await implement(
      { backlogFile: "tasks/BACKLOG.yaml", dryRun: false, allowRedBase: false, ...settings.flags },
      context,
    );
    return { report, runner, progress: lines.join("") };
  }

  plan(runner: AgentRunner, flags: Partial<PlanFlags>, settings: RunSettings = {}): Promise<CommandReport> {
    const defaults = { text: "", output: "tasks/PLAN.md", agents: 3, quorum: 2 };
    return planCommand({ ...defaults, ...flags }, this.context(runner, settings));
  }

  backlog(runner: AgentRunner, flags: Partial<BacklogFlags>, settings: RunSettings = {}): Promise<CommandReport> {
    const defaults = {
      planFile: "tasks/PLAN.md",
      output: "tasks/BACKLOG.yaml",
      draftBy: "model" as const,
      dryRun: false,
    };
    return backlogCommand({ ...defaults, ...flags }, this.context(runner, settings));
  }

  status(flags: Partial<StatusFlags> = {}, directory = this.repository.path): Promise<CommandReport> {
    return statusCommand({ history: false, json: false, ...flags }, { directory, environment: this.environment });
  }

  clean(flags: Partial<CleanFlags> = {}, signal = new AbortController().signal): Promise<CommandReport> {
    const context = { directory: this.repository.path, environment: this.environment, clock: systemClock, signal };
    return cleanCommand({ run: undefined, all: false, force: false, ...flags }, context);
  }

  answer(flags: Partial<AnswerFlags>, settings: RunSettings = {}): Promise<CommandReport> {
    const context = this.context(new ScriptedRunner(writesItsWord), settings);
    return answerCommand({ checkpoint: undefined, input: undefined, ...flags }, context);
  }

  rollback(flags: RollbackFlags, settings: RunSettings = {}): Promise<CommandReport> {
    return rollbackCommand(flags, this.context(new ScriptedRunner(writesItsWord), settings));
  }

  /** Asks no model unless `more` has a host. */
  doctor(
    flags: Partial<DoctorFlags> = {},
    settings: RunSettings = {},
    more: Pick<DoctorContext, "host" | "loop" | "readMachine"> = {},
  ): Promise<CommandReport> {
    const { directory, environment, options, clock, pause, signal } = this.context(
      new ScriptedRunner(writesItsWord),
      settings,
    );
    const context = { directory, environment, options, clock, pause, signal, ...more };
    return doctorCommand({ backlogFile: undefined, json: false, ...flags }, context);
  }

  async writeBacklog(backlog: BacklogSketch): Promise<void> {
    await mkdir(dirname(this.backlogFile), { recursive: true });
    await writeFile(this.backlogFile, backlogText(backlog));
  }

  async editBacklog(edit: (text: string) => string): Promise<void> {
    await writeFile(this.backlogFile, edit(await readFile(this.backlogFile, "utf8")));
  }

  /** Sets a task's status as a person would, by hand. */
  setStatus(id: string, status: string): Promise<void> {
    return this.editBacklog((text) => {
      const document = parseDocument(text);
      const { tasks } = document.toJS() as { tasks: { id: string }[] };
      document.setIn(["tasks", tasks.findIndex((task) => task.id === id), "status"], status);
      return document.toString();
    });
  }

  async statuses(): Promise<Record<string, string>> {
    const backlog = parse(await readFile(this.backlogFile, "utf8")) as { tasks: { id: string; status?: string }[] };
    return Object.fromEntries(backlog.tasks.map(({ id, status }) => [id, status ?? "pending"]));
  }

  /** Subjects of the commits on the track's branch that `base` lacks, oldest first. */
  async landed(base: string, branch = "mac/words"): Promise<string[]> {
    const log = await this.repository.git("log", "--reverse", "--first-parent", "--format=%s", `${base}..${branch}`);
    return log.split("\n").filter((line) => line !== "");
  }

  /** The repository of ours beside the user's, to be asked with git. */
  async control(): Promise<Repository> {
    return repositoryAt((await this.state()).controlGit);
  }

  /** Sets the tree the backlog says it was written against. */
  setBase(tree: string): Promise<void> {
    return this.editBacklog((text) => text.replace(/^title: .*$/mu, (title) => `${title}\nbase: "${tree}"`));
  }

  /** Everything the journals of this repository hold, as they are on disk. */
  async journals(): Promise<string> {
    const { runs } = await this.state();
    const files = (await readdir(runs, { recursive: true })).filter((name) => name.endsWith("events.jsonl")).sort();
    return (await Promise.all(files.map((name) => readFile(join(runs, name), "utf8")))).join("");
  }

  /** Names of locks and leases that are held. */
  async heldLocks(): Promise<string[]> {
    const names = await readdir((await this.state()).locks).catch(() => []);
    return names.filter((name) => /\.(lock|lease)$/.test(name));
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /** What a command is given when it is run with these settings. */
  context(runner: AgentRunner, settings: RunSettings): CommandContext {
    // Runs are told apart by the second they began in; a test may start several within one.
    const offset = this.runs++ * 2_000;
    const write = (line: string | Uint8Array) => {
      settings.onProgress?.(String(line));
      return true;
    };
    return {
      directory: settings.directory ?? this.repository.path,
      environment: { ...this.environment, ...settings.environment },
      options: optionsOf(settings.options),
      runner,
      models: catalogOf(settings.models),
      clock: { now: () => systemClock.now() + offset },
      // What is waited for between attempts is asserted on its own: here nobody waits for it.
      pause: (_, signal) => pause(1, signal),
      signal: settings.signal ?? new AbortController().signal,
      notify: undefined,
      workerNotices: [],
      progressStream: { write, isTTY: false, columns: 80, rows: 24 },
    };
  }
}

export interface TrackOptions extends Partial<BacklogSketch> {
  /** Committed besides the backlog. */
  readonly files?: FileTree;
  /** The repository's folder; default "project". */
  readonly name?: string;
}

/** A repository whose first commit holds the files and the backlog (a diamond of six, if none is given). */
export async function makeTrack(options: TrackOptions = {}): Promise<Track & AsyncDisposable> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "mac-track-")));
  const { files = {}, name = "project", tasks = DIAMOND, ...backlog } = options;
  const repository = await makeRepository({
    path: join(folder, name),
    files: { "words/first.txt": "first\n", "tasks/BACKLOG.yaml": backlogText({ tasks, ...backlog }), ...files },
  });
  await mkdir(join(folder, "home"));
  const track = new Track(folder, repository);
  return Object.assign(track, { [Symbol.asyncDispose]: () => track.remove() });
}

function optionsOf(given: RunSettings["options"]): Options {
  return optionsSchema.parse({ lockTimeoutMs: 100, ...given });
}

function catalogOf(names: readonly string[] = []): ModelCatalog {
  const connected = new Set([formatModelRef(SESSION_MODEL), ...names]);
  return {
    sessionModel: SESSION_MODEL,
    has: (model) => connected.has(formatModelRef(model)),
    facts: () => undefined,
    free: () => [],
    explainNoFree: () => "no free model is connected",
    explainMissing: (model) => `the model ${formatModelRef(model)} is not connected`,
  };
}
