/** What the compiler and the drafter know of the repository; paths are relative to its root, with `/`. */
export interface RepositoryFacts {
  /** Tracked files at the base: the commit the tasks start from. */
  readonly files: ReadonlyMap<string, FileFacts>;
  /** Folders of the base that are repositories of their own. */
  readonly submodules: ReadonlySet<string>;
  /** Symbolic links among `files`. What lies behind one is not followed. */
  readonly links: ReadonlySet<string>;
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

/** Who drafted the tasks: a model, which can be asked to do better, or the plan itself, which cannot. */
export type DraftOrigin = "generated" | "planned";

/** Who wrote the tasks: a draft is held to more than a person. */
export type Origin = DraftOrigin | "person";
