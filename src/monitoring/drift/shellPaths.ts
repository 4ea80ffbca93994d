import { posix } from "node:path";

export interface ShellPaths {
  readonly written: readonly string[];
  readonly read: readonly string[];
  readonly removed: readonly string[];
}

const READERS = new Set(
  "cat head tail less more bat nl wc rg grep egrep fgrep ag find ls tree stat file diff".split(" "),
);
const MOVERS = new Set("cp mv install ln rsync".split(" "));
const MAKERS = new Set("touch truncate tee".split(" "));
const IN_PLACE = /^(?:-[a-z]*i[a-z.]*|--in-place(?:=.*)?|-pi(?:\..*)?)$/u;
const MAX_COMMAND = 4_000;

/**
 * Paths that a command line plainly reads, writes or removes, relative to where it starts unless absolute: programs
 * everybody knows, redirections, `cd`. No shell is played: variables, wildcards and scripts say nothing, and a heredoc's
 * text is not looked at.
 */
export function shellPaths(command: string): ShellPaths {
  const written: string[] = [];
  const read: string[] = [];
  const removed: string[] = [];
  let folder = "";
  for (const segment of segmentsOf(command)) {
    const [[program = "", ...args], targets] = withoutRedirections(segment.match(/"[^"]*"|'[^']*'|[^\s"']+/gu) ?? []);
    const here = (paths: readonly string[]) => usable(paths).map((path) => inFolder(folder, path));
    written.push(...here(targets));
    const flags = args.filter((word) => word.startsWith("-"));
    const paths = args.filter((word) => !word.startsWith("-"));
    if (program === "cd") folder = usable(paths.slice(0, 1)).map((path) => inFolder(folder, path))[0] ?? "";
    else if (program === "rm" || program === "unlink") removed.push(...here(paths));
    else if (READERS.has(program)) read.push(...here(paths.filter((path) => path.includes("/"))));
    else if (MOVERS.has(program)) written.push(...here(paths.slice(-1)));
    else if (MAKERS.has(program)) written.push(...here(paths));
    else if (program === "sed" || program === "perl") {
      const files = paths.filter(looksLikeFile);
      if (flags.some((flag) => IN_PLACE.test(flag))) written.push(...here(files));
      else read.push(...here(files));
    }
  }
  return { written, read, removed };
}

/** What stands between `;`, `&&`, `||`, `|` and line ends, outside quotation marks. */
function segmentsOf(command: string): string[] {
  const beforeHeredoc = command.slice(0, MAX_COMMAND).replace(/(<<-?\s*['"]?\w+['"]?[^\n]*)\n[\s\S]*$/u, "$1");
  const pieces = beforeHeredoc.match(/"[^"]*"|'[^']*'|>\||&>>?|[0-9]?>&[0-9-]?|&&|\|\|?|;|\n|&|[^"'>&|;\n]+|[>"']/gu);
  const segments = [""];
  for (const piece of pieces ?? []) {
    if (/^(?:&&|\|\|?|;|\n|&)$/u.test(piece)) segments.push("");
    else segments.push(`${segments.pop() ?? ""}${piece}`);
  }
  return segments;
}

function withoutRedirections(words: readonly string[]): [plain: string[], targets: string[]] {
  const plain: string[] = [];
  const targets: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const [redirection, before = "", target = ""] = /^([^>"']*)>{1,2}\|?(.*)$/u.exec(word) ?? [];
    if (redirection === undefined) plain.push(unquoted(word));
    else if (target.startsWith("&")) continue;
    else {
      if (before !== "" && !/^[0-9&]$/u.test(before)) plain.push(before);
      targets.push(target === "" ? unquoted(words[++index] ?? "") : target);
    }
  }
  return [plain, targets];
}

const unquoted = (word: string) => word.replace(/^(["'])(.*)\1$/su, "$2");

const looksLikeFile = (word: string) => /^[\w.@+-]+(?:\/[\w.@+-]+)*$/u.test(word) && /[./]/u.test(word);

const usable = (paths: readonly string[]) => paths.filter((path) => path !== "" && !/[$*?`{}()<>~\s]/u.test(path));

function inFolder(folder: string, path: string): string {
  const joined = path.startsWith("/") ? path : posix.join(folder, path);
  return posix.normalize(joined).replace(/(?<=.)\/+$/u, "");
}
