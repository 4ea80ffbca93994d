import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { StateDirectory } from "../core/stateDirectory.ts";
import type { ControlRepository } from "./controlRepository.ts";
import { emptyDirectory, removeTree } from "./emptyDirectory.ts";
import type { Git } from "./gitProcess.ts";
import { writePrivateRepository } from "./privateRepository.ts";
import type { Identity, UserRepository } from "./userRepository.ts";

/** A worker slot is for agents; a gate slot is for what decides about landing, and no agent enters it. */
export type SlotKind = "worker" | "gate";

/** A hang of the file system, not a budget: 8,000 files take about half a second. */
const CHECKOUT_TIMEOUT_MS = 600_000;

/**
 * A recycled directory with a git repository of its own. The path stays for ever; the content is made anew for every
 * task, the repository included, since what ran in it may have written anywhere in both.
 *
 * Whoever holds the slot's lease is its only user. Slots share no git directory, so no lock of git's is contended.
 */
export class Slot {
  readonly kind: SlotKind;
  /** From 1, counted within its kind. */
  readonly number: number;
  /** The work tree: where a session or a check runs. */
  readonly directory: string;
  /** The slot's own bare repository; a session's `git commit` writes there, so a sandbox must let it. */
  readonly gitDirectory: string;
  private readonly git: Git;
  private readonly user: UserRepository;
  private readonly control: ControlRepository;

  private constructor(
    git: Git,
    user: UserRepository,
    control: ControlRepository,
    place: { kind: SlotKind; number: number; directory: string; gitDirectory: string },
  ) {
    this.git = git;
    this.user = user;
    this.control = control;
    this.kind = place.kind;
    this.number = place.number;
    this.directory = place.directory;
    this.gitDirectory = place.gitDirectory;
  }

  /** Makes sure that the slot's directory exists; `rebuild` gives it content. */
  static async open(
    git: Git,
    state: StateDirectory,
    user: UserRepository,
    control: ControlRepository,
    kind: SlotKind,
    number: number,
  ): Promise<Slot> {
    const place =
      kind === "worker"
        ? { kind, number, directory: state.slotDirectory(number), gitDirectory: state.slotGit(number) }
        : { kind, number, directory: state.gateDirectory(number), gitDirectory: state.gateGit(number) };
    await mkdir(place.directory, { recursive: true });
    return new Slot(git, user, control, place);
  }

  /**
   * Makes the directory hold exactly the tree of `commit`, on a detached HEAD, and nothing of an earlier task: no
   * ignored file, nested repository, hook, ref or configuration. A rebuild that was killed is mended by the next.
   * The directory itself keeps its inode. Throws GitError when the commit is not in control.git.
   */
  async rebuild(commit: string): Promise<void> {
    await this.discard();
    await writePrivateRepository(this.gitDirectory, this.user, {
      alternates: [this.control.objectsDirectory, this.user.objectsDirectory],
      config: slotConfig(this.user.identity),
      // The user's global configuration may name filters, which an agent's own git would run without a remote.
      attributes: "* -filter\n",
      durable: false,
    });
    await this.git.must(["worktree", "add", "--quiet", "--force", "--detach", this.directory, commit], {
      cwd: dirname(this.gitDirectory),
      gitDir: this.gitDirectory,
      isolated: true,
      timeoutMs: CHECKOUT_TIMEOUT_MS,
    });
  }

  /** Empties the directory and removes the slot's repository: the end of a lease. */
  async discard(): Promise<void> {
    await Promise.all([emptyDirectory(this.directory), removeTree(this.gitDirectory)]);
  }
}

/** What an agent's own git reads before the user's global configuration could act: no credentials, no signing. */
function slotConfig(identity: Identity): string {
  return `[user]
\tname = ${quoted(identity.name)}
\temail = ${quoted(identity.email)}
[credential]
\thelper =
[commit]
\tgpgSign = false
[tag]
\tgpgSign = false
[push]
\tdefault = nothing
`;
}

/** A value of git's configuration syntax, whatever it holds. */
function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
