/** What the compiler and the drafter know of the repository; paths are relative to its root, with `/`. */
export interface RepositoryFacts {
  /** Tracked files at the base. */
  readonly files: ReadonlyMap<string, FileFacts>;
  /** True for a path git ignores: what is written there is never seen. */
  isIgnored(path: string): boolean;
  /** True for a program found on the PATH that commands run with. */
  hasProgram(name: string): boolean;
  /** Scripts of the root's package.json. */
  readonly scripts: ReadonlySet<string>;
}

export interface FileFacts {
  readonly bytes: number;
  /** In the order of the file; empty for languages and files that are not read. */
  readonly exportedNames: readonly string[];
  /** Made by a program, by its own words or by `linguist-generated`. */
  readonly isGenerated: boolean;
}
