/** What the compiler and the drafter know of the repository; paths are relative to its root, with `/`. */
export interface RepositoryFacts {
  /** Tracked files at the base: the commit the tasks start from. */
  readonly files: ReadonlyMap<string, FileFacts>;
  /** Folders of the base that are repositories of their own. */
  readonly submodules: ReadonlySet<string>;
  /** True for a path git ignores: what is written there is never seen. A path that ends in `/` is a folder. */
  isIgnored(path: string): boolean;
  /** True for a path that is in the user's work tree now, tracked or not. */
  isInWorkTree(path: string): boolean;
  /** True for a program found on the PATH that commands run with, and for an absolute path that can be run. */
  hasProgram(name: string): boolean;
  /** Scripts of the root's package.json; undefined: there is no such file, or it cannot be read. */
  readonly scripts: ReadonlySet<string> | undefined;
  /** Commands of the user's options that prepare a worktree where the backlog names none. */
  readonly setup: readonly string[];
}

export interface FileFacts {
  readonly bytes: number;
  /** In the order of the file; empty for languages and files that are not read. */
  readonly exportedNames: readonly string[];
  /** Made by a program, by its own words or by `linguist-generated`. */
  readonly isGenerated: boolean;
}

/** Who wrote the tasks: a draft is held to more, since it can be asked to do better. */
export type Origin = "generated" | "person";
