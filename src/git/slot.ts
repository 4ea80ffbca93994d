import { chmod, copyFile, lstat, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { StateDirectory } from "../core/stateDirectory.ts";
import type { ControlRepository } from "./controlRepository.ts";
import { emptyDirectory, removeTree } from "./emptyDirectory.ts";
import { type Git, splitNul } from "./gitProcess.ts";
import { copyPaths, isPlaced, type PlacedContent } from "./placedContent.ts";
import { askAboutFiles, checkOutAll, checkOutPaths } from "./slotCheckout.ts";
import { readSlotDifference, type SlotDifference } from "./slotDifference.ts";
import { removeSlotHolder, type SlotHolder, writeSlotHolder } from "./slotHolder.ts";
import { administrationOf, makeSlotRepository } from "./slotRepository.ts";
import { freeIndexFile } from "./staleLocks.ts";
import { type Inventory, lastChange, lookAgain, removeTouched, takeInventory } from "./untouchedContent.ts";
import type { UserRepository } from "./userRepository.ts";

/** A worker slot is for agents; a gate slot is for what decides about landing, and no agent enters it. */
export type SlotKind = "worker" | "gate";

/** The clock of a file system ticks at least a hundred times a second; this is for one that was set back. */
const MOST_WAIT_FOR_TICK_MS = 50;

/** What a rebuild left, as it was before anybody could touch it. */
interface SealedContent {
  readonly commit: string;
  /** What was placed besides the commit. */
  readonly placed: PlacedContent | undefined;
  /** Of the directory itself, which could have been replaced as a whole. */
  readonly inode: bigint;
  readonly inventory: Inventory;
  /** Later than any change of ours, not later than any of others: nanoseconds on the file system's clock. */
  readonly sealedAt: bigint;
  /** Nothing has run here since. */
  readonly settled: boolean;
}

/** What is left of the last rebuild, and what the next one has to do to it. */
interface Ground {
  /** Every entry that is there. */
  readonly inventory: Inventory;
  /** Paths that were there and are not any more. */
  readonly missing: readonly string[];
  /** Paths that the old and the new commit have not in common. */
  readonly changed: readonly string[];
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
  private readonly holderFile: string | undefined;
  /** In this process only: the first rebuild of each starts from nothing. */
  private content: SealedContent | undefined;

  private constructor(
    git: Git,
    user: UserRepository,
    control: ControlRepository,
    place: Pick<Slot, "kind" | "number" | "directory" | "gitDirectory"> & {
      readonly indexFile: string;
      /** Undefined: no agent ever enters. */
      readonly holderFile?: string;
    },
  ) {
    this.git = git;
    this.user = user;
    this.control = control;
    this.kind = place.kind;
    this.number = place.number;
    this.directory = place.directory;
    this.gitDirectory = place.gitDirectory;
    this.indexFile = place.indexFile;
    this.holderFile = place.holderFile;
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
        ? {
            ...{ kind, number, indexFile, directory: state.slotDirectory(number), gitDirectory: state.slotGit(number) },
            holderFile: state.slotHolder(number),
          }
        : { kind, number, indexFile, directory: state.gateDirectory(number), gitDirectory: state.gateGit(number) };
    await Promise.all([mkdir(place.directory, { recursive: true }), mkdir(state.indexes, { recursive: true })]);
    return new Slot(git, user, control, place);
  }

  /**
   * Makes the directory hold exactly the tree of `commit`, on a detached HEAD, and nothing of an earlier task: no
   * ignored file, nested repository, hook, ref or configuration. A rebuild that was killed is mended by the next.
   * The directory itself keeps its inode. Throws GitError when the commit is not in control.git.
   *
   * With `placed` it holds that too, except where the commit has something of the same name. From the beginning on it is
   * nobody's: what lies here must never be taken for an earlier holder's.
   */
  async rebuild(commit: string, placed?: PlacedContent): Promise<void> {
    if (this.holderFile !== undefined) await removeSlotHolder(this.holderFile);
    this.content = await this.make(commit, placed);
  }

  /** Writes down whose is what is written here from now on, until the next `rebuild`. */
  async giveTo(holder: SlotHolder): Promise<void> {
    if (this.holderFile === undefined) throw new Error("no agent enters a gate");
    await writeSlotHolder(this.holderFile, holder);
  }

  /**
   * Does ahead what the next `rebuild` would have to do first: looks at everything, and makes it what the last one left.
   * For a slot no agent enters, when what was started here has ended for good and cannot write any more; whoever starts
   * something here again without a rebuild calls `unsettle` before.
   */
  async settle(): Promise<void> {
    const { content } = this;
    if (content === undefined || content.settled) return;
    this.content = { ...(await this.make(content.commit, content.placed, { asksGit: true })), settled: true };
  }

  /** The next `rebuild` looks at everything. */
  unsettle(): void {
    if (this.content !== undefined) this.content = { ...this.content, settled: false };
  }

  /** How the work tree differs from the last rebuild, which placed nothing. */
  difference(): Promise<SlotDifference> {
    const { control, directory, indexFile } = this;
    return readSlotDifference(this.git, { gitDir: control.directory, workTree: directory, indexFile });
  }

  /** Takes what is in the work tree besides the commit's files for `placed`, from which the next rebuild may place it. */
  async adopt(placed: PlacedContent): Promise<void> {
    if (this.content === undefined) throw new Error("only what was rebuilt can be adopted");
    this.content = await this.seal(this.content.commit, placed, await takeInventory(this.directory));
  }

  private async make(
    commit: string,
    placed: PlacedContent | undefined,
    { asksGit } = { asksGit: false },
  ): Promise<SealedContent> {
    const { control, directory, gitDirectory, indexFile, user } = this;
    const objects = [control.objectsDirectory, user.objectsDirectory];
    const repository = makeSlotRepository({ gitDirectory, workTree: directory, user, objects }, commit);
    const ground = await this.clearGround(commit, placed, asksGit).finally(() => repository);
    const toPlace = ground === undefined ? placed?.roots : topmost(ground.missing.filter(isPlacedBy(placed)));
    // Before the checkout: what the commit has wins.
    if (placed !== undefined && toPlace !== undefined) await copyPaths(placed.folder, directory, toPlace);

    const administration = administrationOf(gitDirectory);
    await writeFile(join(directory, ".git"), `gitdir: ${administration}\n`);
    const checkout = { gitDirectory, indexFile, workTree: directory };
    if (ground === undefined || ground.missing.length > 0) await checkOutAll(this.git, checkout, commit);
    else await checkOutPaths(this.git, checkout, commit, ground.changed);
    await copyFile(indexFile, join(administration, "index"));
    return this.seal(commit, placed, await this.inventoryAfter(ground));
  }

  /** Leaves of the directory's content at most what is as the last rebuild made it; undefined: nothing. */
  private async clearGround(
    commit: string,
    placed: PlacedContent | undefined,
    asksGit: boolean,
  ): Promise<Ground | undefined> {
    const { content } = this;
    // Whatever ends this rebuild early, the next one does not build on it.
    this.content = undefined;
    await freeIndexFile(this.indexFile);
    const changed = content && (await this.changesSince(content, commit, placed));
    const left = content && changed && (await this.leftOf(content, asksGit));
    if (left !== undefined && changed !== undefined) return { ...left, changed };
    await Promise.all([emptyDirectory(this.directory), rm(this.indexFile, { force: true })]);
    return undefined;
  }

  /** Removes what was touched. */
  private async leftOf(content: SealedContent, asksGit: boolean): Promise<Omit<Ground, "changed"> | undefined> {
    const { inventory: before, placed, sealedAt, settled } = content;
    if (settled) return { inventory: before, missing: [] };
    await chmod(this.directory, 0o755);
    const { control, directory, indexFile } = this;
    const checkout = { gitDirectory: control.directory, indexFile, workTree: directory };
    const git = asksGit ? await askAboutFiles(this.git, checkout) : undefined;
    const inventory = await removeTouched(directory, before, { sealedAt, placed: new Set(placed?.roots), git });
    return inventory && { inventory, missing: [...before.keys()].filter((path) => !inventory.has(path)) };
  }

  /** Paths that differ between what was made and `commit`; undefined: nothing can be built on what is there. */
  private async changesSince(
    content: SealedContent,
    commit: string,
    placed: PlacedContent | undefined,
  ): Promise<readonly string[] | undefined> {
    const directory = await lstat(this.directory, { bigint: true }).catch(() => undefined);
    if (!directory?.isDirectory() || directory.ino !== content.inode) return undefined;
    if (content.placed?.key !== placed?.key) return undefined;
    if (content.commit === commit) return [];
    const options = { cwd: this.control.directory, gitDir: this.control.directory, isolated: true };
    const args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", content.commit, commit];
    const changed = splitNul(await this.git.must(args, options));
    // Attributes say how content is written: a file that is the same in both commits may then differ on disk.
    return changed.some((path) => /(^|\/)\.gitattributes$/.test(path)) ? undefined : changed;
  }

  private async inventoryAfter(ground: Ground | undefined): Promise<Inventory> {
    if (ground === undefined) return takeInventory(this.directory);
    lookAgain(this.directory, ground.inventory, [...ground.missing, ...ground.changed, ".git"]);
    return ground.inventory;
  }

  private async seal(commit: string, placed: PlacedContent | undefined, inventory: Inventory): Promise<SealedContent> {
    const { ino: inode } = await lstat(this.directory, { bigint: true });
    return { commit, placed, inode, inventory, sealedAt: await this.timeAfter(lastChange(inventory)), settled: false };
  }

  /** Waits until the file system's clock has moved on from `last`, so that any change from now on shows. */
  private async timeAfter(last: bigint): Promise<bigint> {
    const startedAt = performance.now();
    for (;;) {
      // The clock is read off a change that leaves everything as it is.
      await chmod(this.indexFile, 0o644);
      const { ctimeNs } = await lstat(this.indexFile, { bigint: true });
      if (ctimeNs > last || performance.now() - startedAt > MOST_WAIT_FOR_TICK_MS) return ctimeNs;
    }
  }

  /** Empties the directory and removes the slot's repository: the end of a lease. */
  async discard(): Promise<void> {
    this.content = undefined;
    await Promise.all([emptyDirectory(this.directory), removeTree(this.gitDirectory)]);
  }
}

function isPlacedBy(placed: PlacedContent | undefined): (path: string) => boolean {
  const roots = new Set(placed?.roots);
  return (path) => isPlaced(roots, path);
}

/** Those of the paths that lie in none of the others. */
function topmost(paths: readonly string[]): readonly string[] {
  const all = new Set(paths);
  return paths.filter((path) => !all.has(dirname(path)));
}
