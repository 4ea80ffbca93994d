/** A shell command line as far as it can be understood without running it. */
export type CommandList = readonly ListItem[];

/** Pipelines joined by `&&` and `||`, which bind equally and to the left. */
export interface ListItem {
  readonly first: Pipeline;
  readonly rest: readonly { readonly operator: "&&" | "||"; readonly pipeline: Pipeline }[];
  /** Ended by a single `&`. */
  readonly inBackground: boolean;
}

export interface Pipeline {
  readonly negated: boolean;
  /** At least one. */
  readonly commands: readonly Command[];
}

export type Command = SimpleCommand | Group | Compound;

export interface SimpleCommand {
  readonly kind: "simple";
  /** `NAME=value` before the program. */
  readonly assignments: readonly Word[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
}

/** `( … )` and `{ …; }`. */
export interface Group {
  readonly kind: "group";
  readonly list: CommandList;
  readonly redirections: readonly Redirection[];
}

/** `if`, `for`, `while`, `until`: the lists inside, in their order; when each runs is not kept. */
export interface Compound {
  readonly kind: "compound";
  readonly lists: readonly CommandList[];
  readonly redirections: readonly Redirection[];
}

export interface Word {
  /** Quotes taken off; `$NAME`, `$(…)` and the like as they are written. */
  readonly text: string;
  /** Nothing in it is replaced by the shell. */
  readonly isPlain: boolean;
  /** What stands in `$(…)`, backquotes, `<(…)` and `>(…)`. */
  readonly substitutions: readonly CommandList[];
}

export interface Redirection {
  /** Without a descriptor's number: `>`, `>>`, `<`, `<<`, `<<<`, `>&`, `<&`, `&>`, `&>>`, `>|`, `<>`. */
  readonly operator: string;
  readonly target: Word;
}
