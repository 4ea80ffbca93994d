import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { allowedEnvironment } from "../core/environment.ts";
import { parseJson } from "../core/parseJson.ts";
import { generatedByAttributes, saysItIsGenerated } from "../git/generatedFiles.ts";
import type { Git } from "../git/gitProcess.ts";
import { ignoreMatcher, type RuleFile } from "../git/ignoreMatcher.ts";
import { listTree, readBlobs, type TreeEntry } from "../git/trackedFiles.ts";
import type { UserRepository } from "../git/userRepository.ts";
import { exportedNames, hasExportedNames } from "./exportedNames.ts";
import type { FileFacts, RepositoryFacts } from "./repositoryFacts.ts";
import { folderOf } from "./repositoryIndex.ts";

/** What is read of the files' contents: enough for most repositories, and never much more than a second. */
const MAX_FILE_BYTES = 256 * 1024;
const MAX_READ_FILES = 4_000;
const MAX_READ_BYTES = 16 * 1024 * 1024;
/** From this size on the exported names decide whether a file is complex, so these are read first. */
const READ_FIRST_BYTES = 8 * 1024;

/**
 * The facts of the commit HEAD is at; programs as the commands of tasks find them. Two git processes, whatever the size
 * of the repository. `setup` are the commands of the user's options that prepare a worktree.
 */
export async function readRepositoryFacts(
  git: Git,
  user: Pick<UserRepository, "root" | "head" | "ignoreRules">,
  environment: NodeJS.ProcessEnv,
  setup: readonly string[] = [],
): Promise<RepositoryFacts> {
  const entries = await listTree(git, user.root, user.head);
  const texts = await readTexts(git, user.root, entries);
  const isGenerated = generatedByAttributes(ruleFiles(".gitattributes", texts));
  const factsOf = ({ path, bytes }: TreeEntry): FileFacts => {
    const text = texts.get(path);
    return {
      bytes,
      exportedNames: text === undefined ? [] : exportedNames(path, text),
      isGenerated: isGenerated(path) ?? (text !== undefined && saysItIsGenerated(text)),
    };
  };
  return {
    files: new Map(entries.filter(({ kind }) => kind !== "submodule").map((entry) => [entry.path, factsOf(entry)])),
    submodules: pathsOf(entries, "submodule"),
    links: pathsOf(entries, "link"),
    isIgnored: ignoreMatcher(ruleFiles(".gitignore", texts), user.ignoreRules),
    isInWorkTree: (path) => existsSync(join(user.root, path)),
    hasProgram: programFinder(allowedEnvironment(environment).PATH ?? ""),
    scripts: packageScripts(texts.get("package.json")),
    setup,
  };
}

function pathsOf(entries: readonly TreeEntry[], kind: TreeEntry["kind"]): ReadonlySet<string> {
  return new Set(entries.filter((entry) => entry.kind === kind).map(({ path }) => path));
}

async function readTexts(git: Git, root: string, entries: readonly TreeEntry[]): Promise<ReadonlyMap<string, string>> {
  const files = entries.filter(({ kind, bytes }) => kind === "file" && bytes <= MAX_FILE_BYTES);
  const needed = files.filter(({ path }) => /(?:^|\/)\.git(?:ignore|attributes)$|^package\.json$/u.test(path));
  const chosen = [...needed, ...withinBudget(files.filter(({ path }) => hasExportedNames(path)))];
  const texts = await readBlobs(
    git,
    root,
    chosen.map(({ object }) => object),
  );
  return new Map(chosen.map(({ path }, index) => [path, texts[index] ?? ""]));
}

/** The same files whatever the order they come in. */
function withinBudget(files: readonly TreeEntry[]): readonly TreeEntry[] {
  const large = files.filter(({ bytes }) => bytes > READ_FIRST_BYTES);
  const small = files.filter(({ bytes }) => bytes <= READ_FIRST_BYTES);
  let left = MAX_READ_BYTES;
  return [...large, ...small].slice(0, MAX_READ_FILES).filter(({ bytes }) => {
    left -= bytes;
    return left >= 0;
  });
}

function ruleFiles(name: string, texts: ReadonlyMap<string, string>): readonly RuleFile[] {
  return [...texts].flatMap(([path, text]) =>
    path === name || path.endsWith(`/${name}`) ? [{ folder: folderOf(path), text }] : [],
  );
}

/** Answers are kept: a backlog asks for the same few programs again and again. */
function programFinder(path: string): (name: string) => boolean {
  const folders = path.split(delimiter).filter(isAbsolute);
  const known = new Map<string, boolean>();
  return (name) => {
    const candidates = isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name));
    const answer = known.get(name) ?? candidates.some(isExecutable);
    known.set(name, answer);
    return answer;
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Without a package.json there are no scripts; what one that cannot be read holds is not known. */
function packageScripts(manifest: string | undefined): ReadonlySet<string> | undefined {
  if (manifest === undefined) return new Set();
  const value = parseJson(manifest);
  if (value === undefined) return undefined;
  const scripts = typeof value === "object" && value !== null && "scripts" in value ? value.scripts : {};
  return new Set(typeof scripts === "object" && scripts !== null ? Object.keys(scripts) : []);
}
