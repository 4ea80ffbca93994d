import { copyFile, rm } from "node:fs/promises";
import type { Git, GitOptions } from "./gitProcess.ts";
import { withoutFinalNewline } from "./gitProcess.ts";
import { identityVariables } from "./identityVariables.ts";
import { type NumberedChange, parseNumberedDiff } from "./rawDiff.ts";
import type { Identity } from "./userRepository.ts";
import { snapshotWorkTree } from "./workTreeSnapshot.ts";

export interface HistoryPlace {
  readonly workTree: string;
  /** The commit the work tree was made from; differences are measured against it. */
  readonly base: string;
  /** The commit that the first one is put on. */
  readonly parent: string;
  /** Index file of ours for this work tree, absolute; what it knows is made use of, and no more. */
  readonly indexFile: string;
}

/** A work tree as it was at one moment. */
export interface SavedWorkTree {
  readonly commit: string;
  readonly tree: string;
  /** To the one before, in the order of paths. */
  readonly since: readonly NumberedChange[];
  /** To the base, in no order. */
  readonly cumulative: readonly NumberedChange[];
}

/** More paths than this are not named on a command line: then everything is compared. */
const MOST_NAMED = 200;

/**
 * One work tree saved again and again as a chain of commits. What has not changed since the last time is neither read nor
 * compared again. One user at a time.
 */
export class WorkTreeHistory {
  private readonly git: Git;
  private readonly options: GitOptions;
  private readonly place: HistoryPlace;
  private parent: string;
  private tree: string | undefined;
  /** By path, to the base; undefined: not compared yet. */
  private cumulative: Map<string, NumberedChange> | undefined;
  private hasIndex = false;

  constructor(git: Git, options: GitOptions, place: HistoryPlace) {
    this.git = git;
    this.options = options;
    this.place = place;
    this.parent = place.parent;
  }

  /** The tree of what is there now; undefined: nothing has changed. Nothing may write meanwhile. */
  async look(): Promise<string | undefined> {
    const tree = await this.snapshot();
    this.tree ??= await this.line(["rev-parse", "--verify", `${this.parent}^{tree}`]);
    return tree === this.tree ? undefined : tree;
  }

  /** Makes a commit of what `look` saw and keeps it under `ref`. */
  async keep(
    tree: string,
    { author, message, ref }: { readonly author: Identity; readonly message: string; readonly ref: string },
  ): Promise<SavedWorkTree> {
    const [commit, since] = await Promise.all([
      this.commit(tree, message, author, ref),
      this.difference(this.tree ?? this.parent, tree, []),
    ]);
    const cumulative = await this.compareToBase(tree, since);
    this.parent = commit;
    this.tree = tree;
    return { commit, tree, since, cumulative };
  }

  private async snapshot(): Promise<string> {
    const { base, indexFile, workTree } = this.place;
    const own = `${indexFile}.history`;
    if (this.hasIndex) {
      return snapshotWorkTree(this.git, this.gitDir, workTree, { base, indexFile: own, goesOn: true });
    }
    // The shared index learns what is as in the base; the copy, what differs.
    const tree = await snapshotWorkTree(this.git, this.gitDir, workTree, { base, indexFile });
    await rm(own, { force: true });
    await copyFile(indexFile, own);
    this.hasIndex = true;
    return tree;
  }

  private async commit(tree: string, message: string, author: Identity, ref: string): Promise<string> {
    const commit = await this.line(["commit-tree", tree, "-p", this.parent, "-F", "-"], {
      input: message,
      env: identityVariables(author),
    });
    await this.git.must(["update-ref", "--no-deref", ref, commit], this.options);
    return commit;
  }

  /** Only what changed since is compared again. */
  private async compareToBase(tree: string, since: readonly NumberedChange[]): Promise<readonly NumberedChange[]> {
    const { base } = this.place;
    const paths = since.map(({ path }) => path);
    const isPartial = this.cumulative !== undefined && paths.length <= MOST_NAMED;
    const kept = isPartial ? (this.cumulative ?? new Map<string, NumberedChange>()) : new Map<string, NumberedChange>();
    for (const path of paths) kept.delete(path);
    for (const change of await this.difference(base, tree, isPartial ? paths : [])) kept.set(change.path, change);
    this.cumulative = kept;
    return [...kept.values()];
  }

  private async difference(from: string, to: string, paths: readonly string[]): Promise<NumberedChange[]> {
    const args = ["diff-tree", "-r", "-z", "--raw", "--numstat", "--no-renames", from, to, "--", ...paths];
    return parseNumberedDiff(await this.git.must(args, this.options));
  }

  private get gitDir(): string {
    return this.options.cwd;
  }

  private async line(args: readonly string[], more: Partial<GitOptions> = {}): Promise<string> {
    return withoutFinalNewline(await this.git.must(args, { ...this.options, ...more }));
  }
}
