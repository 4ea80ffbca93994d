import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Result } from "../core/result.ts";
import type { StateDirectory } from "../core/stateDirectory.ts";
import { utf8Length } from "../core/utf8.ts";
import { type BlobContents, type ChangedText, readBlobs, readChangedTexts } from "./changedTexts.ts";
import { type Change, describeChanges } from "./changes.ts";
import { type LoggedCommit, readCommits } from "./commitLog.ts";
import { mergeFileByFile } from "./fileByFileMerge.ts";
import { GitError } from "./gitFailure.ts";
import { type Git, type GitOptions, splitNul, withoutFinalNewline } from "./gitProcess.ts";
import { identityVariables } from "./identityVariables.ts";
import { type KeptRef, keepRefs, listRefs, type PrivateRef } from "./privateRefs.ts";
import { writePrivateRepository } from "./privateRepository.ts";
import { type RefFailure, swapRef } from "./refs.ts";
import { treeWithout } from "./takenBack.ts";
import type { Identity, UserRepository } from "./userRepository.ts";
import { type HistoryPlace, WorkTreeHistory } from "./workTreeHistory.ts";
import { type SnapshotOptions, snapshotWorkTree } from "./workTreeSnapshot.ts";

export type MergeOutcome =
  | { readonly kind: "clean"; readonly tree: string }
  /** Paths that conflict, each once, in git's order. */
  | { readonly kind: "conflict"; readonly paths: readonly string[] };

/** What a folder of a tree holds: the id of a blob or of a tree under a name. */
export interface TreeEntry {
  readonly kind: "file" | "folder";
  readonly name: string;
  readonly id: string;
}

/**
 * control.git: the one repository that only our code runs git on, and therefore the one that is trusted. It holds what
 * agents wrote as snapshots, the commits that land, and private refs under `refs/mac/`; the user's objects are read
 * through alternates. It has no work tree, runs no hook, filter or driver, and never collects garbage.
 *
 * Slots' object stores are deliberately no alternates of it: they are deleted with each task, and an object that git
 * found there would not have been written here. Methods throw GitError where only a broken machine makes git fail.
 */
export class ControlRepository {
  readonly directory: string;
  readonly objectsDirectory: string;
  private readonly git: Git;
  private readonly user: UserRepository;

  private constructor(git: Git, directory: string, user: UserRepository) {
    this.git = git;
    this.directory = directory;
    this.objectsDirectory = join(directory, "objects");
    this.user = user;
  }

  /** Makes the repository, or mends one that a crash left half made; harmless while other processes use it. */
  static async open(git: Git, state: StateDirectory, user: UserRepository): Promise<ControlRepository> {
    // What agents write may be private: nobody else on the machine reads it.
    await mkdir(state.root, { recursive: true, mode: 0o700 });
    await writePrivateRepository(state.controlGit, user, {
      alternates: [user.objectsDirectory],
      // A file stays where its task put it, also when another task moved the folder.
      config: "[core]\n\tfsync = all\n[merge]\n\trenames = true\n\tdirectoryRenames = false\n",
      attributes: "",
      durable: true,
    });
    return new ControlRepository(git, state.controlGit, user);
  }

  /** The tree of a work tree made from commit `base`; see `snapshotWorkTree` for what is taken and what is not. */
  snapshot(workTree: string, options: SnapshotOptions): Promise<string> {
    return snapshotWorkTree(this.git, this.directory, workTree, options);
  }

  /** For a work tree that is saved again and again. */
  historyOf(place: HistoryPlace): WorkTreeHistory {
    return new WorkTreeHistory(this.git, this.options(), place);
  }

  /** Writes a commit by `author`; without `time` it is of now. No ref is moved, nothing is signed. */
  async commit(options: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly author: Identity;
    readonly time?: Date | undefined;
  }): Promise<string> {
    const { tree, parents, message, author, time } = options;
    const date = time === undefined ? {} : dateVariables(time);
    const args = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent]), "-F", "-"];
    return this.line(args, {
      input: message,
      env: { ...identityVariables(author), ...date },
    });
  }

  /** What differs between two commits or trees, by path; a rename is a deletion and an addition. */
  changes(from: string, to: string): Promise<readonly Change[]> {
    return describeChanges(this.git, this.options(), from, to, this.user.filters);
  }

  /** The same as texts; see `readChangedTexts` for what is left out. */
  changedTexts(from: string, to: string): Promise<readonly ChangedText[]> {
    return readChangedTexts(this.git, this.options(), from, to);
  }

  readBlobs(ids: readonly string[], signal: AbortSignal): Promise<BlobContents> {
    return readBlobs(this.git, { ...this.options(), signal }, ids);
  }

  /** The tree of `work` with some paths as they are in `base`; `indexFile` is ours alone for the time of the call. */
  treeWithout(base: string, work: string, paths: ReadonlySet<string>, indexFile: string): Promise<string> {
    return treeWithout(this.git, this.options(), { base, work, paths, indexFile });
  }

  /** Paths that differ between two commits or trees; undefined when one of the two is not there, or is neither. */
  async changedPaths(from: string, to: string): Promise<readonly string[] | undefined> {
    const args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to, "--"];
    const outcome = await this.git.runAccepting([0], args, this.options());
    if (outcome.ok) return splitNul(outcome.value.stdout);
    if (["missing-object", "failed"].includes(outcome.failure.reason)) return undefined;
    throw new GitError(outcome.failure);
  }

  /**
   * Why a commit cannot be read whole: an object that is not there, or a file differing from `base` that is damaged.
   * Undefined: it can be.
   */
  async whyUnreadable(commit: string, base: string): Promise<string | undefined> {
    const looks = [
      ["rev-list", "--objects", "--quiet", "--max-count=1", commit],
      // Reads all that differs, which its checksums are held against.
      ["diff-tree", "-r", "--numstat", "--no-renames", base, commit],
    ];
    for (const look of looks) {
      const outcome = await this.git.run(look, this.options());
      if (outcome.ok) continue;
      if (["missing-object", "failed"].includes(outcome.failure.reason)) return outcome.failure.message;
      throw new GitError(outcome.failure);
    }
    return undefined;
  }

  /**
   * Merges two commits without touching any work tree: as git does, which follows renames, and where that conflicts,
   * file by file. Neither argument is changed, no commit is made.
   */
  async mergeTrees(ours: string, theirs: string): Promise<MergeOutcome> {
    const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs];
    const outcome = await this.git.runAccepting([0, 1], args, this.options());
    if (!outcome.ok) throw new GitError(outcome.failure);
    const [tree, ...paths] = splitNul(outcome.value.stdout);
    if (tree === undefined) throw new Error("git merge-tree printed no tree");
    if (outcome.value.exitCode === 0) return { kind: "clean", tree };
    const base = await this.git.run(["merge-base", ours, theirs], this.options());
    const sides = { base: base.ok ? withoutFinalNewline(base.value) : "", ours, theirs };
    const merged = base.ok ? await mergeFileByFile(this.git, this.options(), sides) : undefined;
    return merged === undefined ? { kind: "conflict", paths: [...new Set(paths)] } : { kind: "clean", tree: merged };
  }

  /**
   * Merges what `theirs` did since `base`, which both come from, onto `ours`. Without it git searches the history for
   * where the two part, which takes the longer the more has landed since.
   */
  async mergeSince(base: string, ours: string, theirs: string): Promise<MergeOutcome> {
    const stand = await this.line(["commit-tree", `${ours}^{tree}`, "-p", base, "-m", "stands for its tree"], {
      // Of no use after the merge: it need not survive a loss of power.
      config: ["core.fsync=none"],
      env: identityVariables(this.user.identity),
    });
    return this.mergeTrees(stand, theirs);
  }

  /** The commits that `from` lacks on the first-parent way to `to`, newest first; `limit`: at most so many. */
  commits(range: {
    readonly from?: string;
    readonly to: string;
    readonly limit?: number;
  }): Promise<readonly LoggedCommit[]> {
    return readCommits(this.git, this.options(), range);
  }

  /** All commits that `base` lacks on any way to `to`; undefined when `base` is not in the history of `to`, or is not there. */
  async commitsSince(base: string, to: string): Promise<ReadonlySet<string> | undefined> {
    const accepted = await this.git.runAccepting([0, 1], ["merge-base", "--is-ancestor", base, to], this.options());
    if (!accepted.ok && !["missing-object", "failed"].includes(accepted.failure.reason)) {
      throw new GitError(accepted.failure);
    }
    if (!accepted.ok || accepted.value.exitCode !== 0) return undefined;
    const ids = await this.git.must(["rev-list", to, `^${base}`, "--"], this.options());
    return new Set(ids.split("\n").filter((id) => id !== ""));
  }

  /** Those of `commits` that are in the history of none of `tips`, ten thousand as cheaply as one. */
  async missingFrom(commits: readonly string[], tips: readonly string[]): Promise<ReadonlySet<string>> {
    if (commits.length === 0) return new Set();
    const input = `${[...commits, ...tips.map((tip) => `^${tip}`)].join("\n")}\n`;
    const args = ["rev-list", "--ignore-missing", "--stdin"];
    const found = new Set((await this.git.must(args, { ...this.options(), input })).split("\n"));
    return new Set(commits.filter((commit) => found.has(commit)));
  }

  /** Stores texts, ten thousand as cheaply as one. @returns their ids, in their order */
  async writeBlobs(texts: readonly string[]): Promise<readonly string[]> {
    const commands = texts.map(
      (text, index) => `blob\nmark :${index + 1}\ndata ${utf8Length(text)}\n${text}\nget-mark :${index + 1}\n`,
    );
    const ids = await this.git.must(["fast-import", "--quiet", "--done"], {
      ...this.options(),
      input: `${commands.join("")}done\n`,
    });
    return ids.split("\n").filter((id) => id !== "");
  }

  /** Stores a folder; its entries may come in any order. */
  writeTree(entries: readonly TreeEntry[]): Promise<string> {
    const lines = entries.map(
      ({ kind, name, id }) => `${kind === "file" ? "100644 blob" : "040000 tree"} ${id}\t${name}\0`,
    );
    return this.line(["mktree", "-z"], { input: lines.join("") });
  }

  /** What a folder of a commit or tree holds, its root by default; nothing when there is no such folder. */
  async entriesOf(commit: string, folder = ""): Promise<readonly TreeEntry[]> {
    const within = folder === "" ? "" : `${folder}/`;
    const where = within === "" ? [] : ["--", within];
    const listed = await this.git.must(["ls-tree", "-z", "--full-tree", commit, ...where], this.options());
    return splitNul(listed).flatMap((line): TreeEntry[] => {
      const [, type, id = "", path = ""] = /^\d+ (blob|tree) ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      return type === undefined
        ? []
        : [{ kind: type === "blob" ? "file" : "folder", name: path.slice(within.length), id }];
    });
  }

  messageOf(commit: string): Promise<string> {
    return this.line(["log", "-1", "--format=%B", commit]);
  }

  treeOf(commit: string): Promise<string> {
    return this.line(["rev-parse", "--verify", `${commit}^{tree}`]);
  }

  /** The commit a ref is at, or undefined when there is no such ref. */
  async readRef(name: string): Promise<string | undefined> {
    const found = await this.line(["for-each-ref", "--format=%(refname) %(objectname)", name]);
    const line = found.split("\n").find((candidate) => candidate.startsWith(`${name} `));
    return line?.slice(name.length + 1);
  }

  /** Moves a ref if it is at `expected` (undefined: if it does not exist), in one step for all processes. */
  updateRef(name: string, next: string, expected: string | undefined): Promise<Result<void, RefFailure>> {
    return swapRef(this.git, this.options(), { name, next, expected });
  }

  /** Keeps a commit under a private ref, whatever that ref held before. */
  async pin(ref: string, commit: string): Promise<void> {
    await this.git.must(["update-ref", "--no-deref", ref, commit], this.options());
  }

  /** See `listRefs`. */
  refsBelow(pattern: string): Promise<readonly PrivateRef[]> {
    return listRefs(this.git, this.options(), pattern);
  }

  /** See `keepRefs`. */
  keepAs(moves: readonly KeptRef[]): Promise<void> {
    return keepRefs(this.git, this.options(), moves);
  }

  isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    return this.git.test(["merge-base", "--is-ancestor", ancestor, descendant], this.options());
  }

  /** A file's text in a commit or tree; undefined when there is no regular file or link at `path`. */
  async readFile(commit: string, path: string): Promise<string | undefined> {
    const entry = await this.git.must(["ls-tree", "-z", "--full-tree", commit, "--", path], this.options());
    const blob = splitNul(entry).map((line) => /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line));
    const id = blob.find((match) => match?.[2] === path)?.[1];
    return id === undefined ? undefined : this.git.must(["cat-file", "blob", id], this.options());
  }

  private async line(args: readonly string[], more: Partial<GitOptions> = {}): Promise<string> {
    return withoutFinalNewline(await this.git.must(args, { ...this.options(), ...more }));
  }

  private options(): GitOptions {
    return { cwd: this.directory, gitDir: this.directory, isolated: true, mendLocksIn: [this.directory] };
  }
}

function dateVariables(time: Date): { GIT_AUTHOR_DATE: string; GIT_COMMITTER_DATE: string } {
  const date = `@${Math.floor(time.getTime() / 1000)} +0000`;
  return { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
}
