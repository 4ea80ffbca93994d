import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { allowedEnvironment } from "../../src/core/environment.ts";
import { probeSandbox } from "../../src/core/sandbox.ts";
import { type ProcessOutcome, runShellCommand } from "../../src/core/shell.ts";
import { type StateDirectory, stateDirectoryFor } from "../../src/core/stateDirectory.ts";
import { ControlRepository } from "../../src/git/controlRepository.ts";
import { Git } from "../../src/git/gitProcess.ts";
import { Slot } from "../../src/git/slot.ts";
import { inspectRepository, type UserRepository } from "../../src/git/userRepository.ts";
import { confineSlot } from "../../src/implementation/slots/confineSlot.ts";
import { emptyScratch } from "../../src/implementation/slots/slotScratch.ts";
import type { Confine, ConfineLimits } from "../../src/implementation/slots/slotSetup.ts";
import { type FileTree, makeRepository, type Repository } from "./repository.ts";

/** Why tests of the sandbox cannot run here; undefined: they can. */
export async function whyNoSandbox(): Promise<string | undefined> {
  const found = await probeSandbox("bubblewrap", { PATH: process.env.PATH ?? "", HOME: tmpdir() });
  return found.ok ? undefined : found.failure;
}

export interface ConfinedSlotOptions {
  readonly files?: FileTree;
  /** Files in HOME. */
  readonly home?: FileTree;
  /** Name of the folder that holds everything, below the parent. */
  readonly name?: string;
  /** Default: the system's temporary folder. */
  readonly parent?: string;
  /** The repository to use instead of a new one. */
  readonly openAt?: (folder: string, repository: Repository) => Promise<string>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A slot of a user's repository, prepared, whose commands are kept in it as those of agents are. */
export class ConfinedSlot implements AsyncDisposable {
  readonly folder: string;
  readonly repository: Repository;
  readonly environment: Record<string, string>;
  readonly slot: Slot;
  readonly user: UserRepository;
  readonly state: StateDirectory;
  readonly confine: Confine;

  private constructor(parts: {
    folder: string;
    repository: Repository;
    environment: Record<string, string>;
    slot: Slot;
    user: UserRepository;
    state: StateDirectory;
    confine: Confine;
  }) {
    this.folder = parts.folder;
    this.repository = parts.repository;
    this.environment = parts.environment;
    this.slot = parts.slot;
    this.user = parts.user;
    this.state = parts.state;
    this.confine = parts.confine;
  }

  static async open(options: ConfinedSlotOptions = {}): Promise<ConfinedSlot> {
    const made = await mkdtemp(join(options.parent ?? tmpdir(), "mac-sandbox-"));
    const folder = join(await realpath(made), options.name ?? "all");
    await mkdir(folder);
    const repository = await makeRepository({
      path: join(folder, "project"),
      files: options.files ?? { "a.txt": "one\n" },
    });
    const environment = {
      PATH: process.env.PATH ?? "",
      HOME: join(folder, "home"),
      XDG_DATA_HOME: join(folder, "data"),
      ...options.environment,
    };
    for (const [name, text] of Object.entries({ ".profile": "\n", ...options.home })) {
      await mkdir(dirname(join(folder, "home", name)), { recursive: true });
      await writeFile(join(folder, "home", name), text);
    }
    const path = (await options.openAt?.(folder, repository)) ?? repository.path;
    const git = new Git(environment);
    const user = await inspectRepository(git, path);
    const state = stateDirectoryFor(user.commonDir, environment);
    const control = await ControlRepository.open(git, state, user);
    const slot = await Slot.open(git, state, user, control, "worker", 1);
    await slot.rebuild(user.head);
    await emptyScratch(state, slot);
    const sandbox = await probeSandbox("bubblewrap", environment);
    if (!sandbox.ok) throw new Error(sandbox.failure);
    const confine = await confineSlot({ sandbox: sandbox.value, user, control, state, environment });
    return new ConfinedSlot({ folder: dirname(folder), repository, environment, slot, user, state, confine });
  }

  /** Runs a command line as a check does. */
  run(command: string, limits: Partial<ConfineLimits> & { timeoutMs?: number } = {}): Promise<ProcessOutcome> {
    const { prefix, environment } = this.confine(this.slot, { network: false, ...limits });
    return runShellCommand(command, {
      cwd: this.slot.directory,
      env: { ...allowedEnvironment(this.environment), ...environment },
      prefix,
      timeoutMs: limits.timeoutMs ?? 20_000,
    });
  }

  /** What it printed, without the last newline; "FAILED" and what it said, when it did not end with 0. */
  async says(command: string, limits: Partial<ConfineLimits> = {}): Promise<string> {
    const { end, stdout, stderr } = await this.run(command, limits);
    const said = stdout.trimEnd();
    return end.reason === "exited" && end.exitCode === 0 ? said : `FAILED ${said} ${stderr.trimEnd()}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
