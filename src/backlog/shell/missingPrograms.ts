import { posix } from "node:path";
import { type Invocation, invocationsOf } from "./invocations.ts";
import { missingScript } from "./packageScripts.ts";
import type { CommandList } from "./syntax.ts";

/** What can be started: on the machine, in the repository, by package.json. */
export interface Programs {
  hasProgram(name: string): boolean;
  /** False only for a path of the repository that is not there, and that no task and no build makes. */
  mayExist(path: string): boolean;
  /** Scripts of the root's package.json; undefined: not known, or a task may change them. */
  readonly scripts: ReadonlySet<string> | undefined;
}

const BUILTINS = new Set(
  ". : [ [[ alias bg bind break builtin caller cd command compgen complete continue declare dirs disown echo enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return set shift shopt source suspend test time times trap true type typeset ulimit umask unalias unset wait".split(
    " ",
  ),
);
/** From here on the line may find programs that are not found now; some are functions of a person's shell. */
const CHANGES_PROGRAMS = new Set([
  ".",
  "source",
  "eval",
  "nvm",
  "conda",
  "mamba",
  "asdf",
  "mise",
  "module",
  "workon",
  "sdk",
]);
const ASKS_FOR_PROGRAM = new Set(["command", "which", "type", "hash"]);

/**
 * Programs the line needs and that do not exist, as predicates such as "needs `pytst`, which is not on the PATH". Where
 * the line may bring its own programs, or provides for their absence, nothing is said.
 */
export function missingPrograms(list: CommandList, line: string, programs: Programs): readonly string[] {
  if (/\bPATH=/u.test(line)) return [];
  const invocations = invocationsOf(list);
  const end = invocations.findIndex(({ program }) => CHANGES_PROGRAMS.has(program.text));
  const certain = (end < 0 ? invocations : invocations.slice(0, end)).filter((each) => each.isUnconditional);
  const askedFor = new Set(
    invocations.flatMap(({ words: [program, ...args] }) =>
      ASKS_FOR_PROGRAM.has(program?.text ?? "") ? args.map((arg) => arg.text) : [],
    ),
  );
  const known = (name: string) => BUILTINS.has(name) || askedFor.has(name) || programs.hasProgram(name);
  return [...new Set(certain.flatMap((invocation) => problemsOf(invocation, known, programs)))];
}

function problemsOf(invocation: Invocation, known: (name: string) => boolean, programs: Programs): readonly string[] {
  const { program, wrappers, isFirst } = invocation;
  const named = [...wrappers, ...(program.isPlain && !program.text.includes("/") ? [program.text] : [])];
  const missing = named
    .filter((name) => name !== "" && !known(name))
    .map((name) => `needs \`${name}\`, which is not on the PATH`);
  if (program.isPlain && program.text.includes("/")) {
    // A relative path after another command: that one may have changed the folder, or built the file.
    const path = posix.normalize(program.text);
    const exists = path.startsWith("/")
      ? programs.hasProgram(path)
      : !isFirst || path.startsWith("..") || programs.mayExist(path);
    if (!exists) missing.push(`needs \`${path}\`, which does not exist and which no task makes`);
  }
  const script = isFirst
    ? missingScript(
        invocation.words.map((word) => word.text),
        programs.scripts,
      )
    : undefined;
  return script === undefined ? missing : [...missing, script];
}
