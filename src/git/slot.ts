import { chmod, copyFile, lstat, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StateDirectory } from "../core/stateDirectory.ts";
import type { ControlRepository } from "./controlRepository.ts";
import { emptyDirectory, removeTree } from "./emptyDirectory.ts";
import { type Git, splitNul } from "./gitProcess.ts";
import { writePrivateRepository } from "./privateRepository.ts";
import { type Inventory, removeTouched, takeInventory } from "./untouchedContent.ts";
import type { Identity, UserRepository } from "./userRepository.ts";

/** A worker slot is for agents; a gate slot is for what decides about landing, and no agent enters it. */
export type SlotKind = "worker" | "gate";

/** A hang of the file system, not a budget: 8,000 files take about half a second. */
const CHECKOUT_TIMEOUT_MS = 600_000;

/** What a rebuild left, as it was before anybody could touch it. */
interface SealedContent {
  readonly commit: string;
  /** Of the directory itself, which could have been replaced as a whole. */
  readonly inode: bigint;
  readonly inventory: Inventory;
  /** Later than any change of ours, not later than any of others: nanoseconds on the file system's clock. */
  readonly sealedAt: bigint;
}

/**
 * A recycled directory with a git repository of its own. The path stays for ever; for every task the repository is made
 * anew, and so is every file and directory that anything has touched since our own checkout, since what ran here may
 * have written anywhere in both. (Some disks need seconds to make thousands of files anew.)
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
  /** The index of our checkouts, out of reach of what runs in the slot. */
  private readonly indexFile: string;
  /** In this process only: the first rebuild of each starts from nothing. */
  private sealed: SealedContent | undefined;

  private constructor(
    git: Git,
    user: UserRepository,
    control: ControlRepository,
    place: { kind: SlotKind; number: number; directory: string; gitDirectory: string; indexFile: string },
  ) {
    this.git = git;
    this.user = user;
    this.control = control;
    this.kind = place.kind;
    this.number = place.number;
    this.directory = place.directory;
    this.gitDirectory = place.gitDirectory;
    this.indexFile = place.indexFile;
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
    const indexFile = join(state.indexes, `${kind}-${number}-checkout`);
    const place =
      kind === "worker"
        ? { kind, number, indexFile, directory: state.slotDirectory(number), gitDirectory: state.slotGit(number) }
        : { kind, number, indexFile, directory: state.gateDirectory(number), gitDirectory: state.gateGit(number) };
    await Promise.all([mkdir(place.directory, { recursive: true }), mkdir(state.indexes, { recursive: true })]);
    return new Slot(git, user, control, place);
  }

  /**
   * Makes the directory hold exactly the tree of `commit`, on a detached HEAD, and nothing of an earlier task: no
   * ignored file, nested repository, hook, ref or configuration. A rebuild that was killed is mended by the next.
   * The directory itself keeps its inode. Throws GitError when the commit is not in control.git.
   */
  async rebuild(commit: string): Promise<void> {
    await Promise.all([this.removeOldContent(commit), removeTree(this.gitDirectory)]);
    await writePrivateRepository(this.gitDirectory, this.user, {
      alternates: [this.control.objectsDirectory, this.user.objectsDirectory],
      config: slotConfig(this.user.identity),
      // The user's global configuration may name filters, which an agent's own git would run without a remote.
      attributes: "* -filter\n",
      durable: false,
    });
    const administration = await this.linkWorkTree(commit);
    await this.checkOut(commit);
    await copyFile(this.indexFile, join(administration, "index"));
    const { ctimeNs: sealedAt } = await lstat(this.indexFile, { bigint: true });
    const { ino: inode } = await lstat(this.directory, { bigint: true });
    this.sealed = { commit, inode, sealedAt, inventory: await takeInventory(this.directory) };
  }

  /** Leaves of the directory's content at most what is as our last checkout made it. */
  private async removeOldContent(commit: string): Promise<void> {
    const { sealed } = this;
    // Whatever ends this rebuild early, the next one does not build on it.
    this.sealed = undefined;
    await rm(`${this.indexFile}.lock`, { force: true });
    if (sealed !== undefined && (await this.canBuildOn(sealed, commit))) {
      await chmod(this.directory, 0o755);
      await removeTouched(this.directory, sealed.inventory, sealed.sealedAt);
      return;
    }
    await Promise.all([emptyDirectory(this.directory), rm(this.indexFile, { force: true })]);
  }

  private async canBuildOn(sealed: SealedContent, commit: string): Promise<boolean> {
    const directory = await lstat(this.directory, { bigint: true }).catch(() => undefined);
    if (!directory?.isDirectory() || directory.ino !== sealed.inode) return false;
    return !(await this.changesAttributes(sealed.commit, commit));
  }

  /** Attributes say how content is written: a file that is the same in both commits may then differ on disk. */
  private async changesAttributes(from: string, to: string): Promise<boolean> {
    const options = { cwd: this.control.directory, gitDir: this.control.directory, isolated: true };
    const paths = await this.git.must(["diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to], options);
    return splitNul(paths).some((path) => /(^|\/)\.gitattributes$/.test(path));
  }

  /** Writes what `git worktree add` writes (gitrepository-layout(5)), which insists on an empty directory. */
  private async linkWorkTree(commit: string): Promise<string> {
    const administration = join(this.gitDirectory, "worktrees", "slot");
    await mkdir(administration, { recursive: true });
    await writeFile(join(administration, "commondir"), "../..\n");
    await writeFile(join(administration, "gitdir"), `${this.directory}/.git\n`);
    await writeFile(join(administration, "HEAD"), `${commit}\n`);
    await writeFile(join(this.directory, ".git"), `gitdir: ${administration}\n`);
    return administration;
  }

  /** Writes what is missing, or is not what the index of our checkouts says, and removes what `commit` lacks. */
  private async checkOut(commit: string): Promise<void> {
    await this.git.must(["read-tree", "--reset", "-u", commit], {
      cwd: this.directory,
      gitDir: this.gitDirectory,
      workTree: this.directory,
      isolated: true,
      env: { GIT_INDEX_FILE: this.indexFile },
      config: ["core.bare=false"],
      timeoutMs: CHECKOUT_TIMEOUT_MS,
    });
  }

  /** Empties the directory and removes the slot's repository: the end of a lease. */
  async discard(): Promise<void> {
    this.sealed = undefined;
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
