import type { ChangedText } from "../git/changedTexts.ts";
import { isTestFile } from "./testFiles.ts";

/** Where continuous integration is told what to run. */
const PIPELINES =
  /^(?:\.github\/(?:workflows|actions)\/|\.circleci\/|\.buildkite\/|\.ci\/|\.woodpecker\/|\.gitlab\/ci\/)|^(?:\.gitlab-ci|\.travis|azure-pipelines|bitbucket-pipelines|appveyor|\.drone|\.cirrus|\.woodpecker)\.ya?ml$|(?:^|\/)Jenkinsfile$/iu;

/** Folders and names of what people write to check a project, not to be one. */
const CHECKING =
  /(?:^|\/)(?:scripts?|ci|\.ci|tools?|hack|checks?)\/|(?:^|\/)[^/]*(?:check|verify|accept|test|lint)[^/]*$/iu;

/**
 * How a change to an existing file alters what tests run, in one line: the `test` scripts of package.json, the part of
 * a shared file that is about tests, a pipeline, or a script that one of `commands` runs. Undefined: in no such way. A
 * file that is new alters nothing that was there.
 */
export function changedTestScripts(
  { path, before, after }: ChangedText,
  commands: readonly string[],
): string | undefined {
  if (before === undefined || before === after) return undefined;
  const name = path.split("/").at(-1) ?? "";
  if (name === "package.json") return changedPackageScripts(before, after);
  const part = PARTS.find(({ names }) => names.test(name));
  if (part !== undefined && part.about(before) !== part.about(after ?? "")) return `changes ${part.what}`;
  if (PIPELINES.test(path)) return "changes what continuous integration runs";
  return runBy(path, commands) ? "changes a script that decides about the work" : undefined;
}

const TEST_SCRIPT = /^(?:pre|post)?(?:tests?|check|verify|ci|coverage|lint|typecheck|e2e)(?:[:.-].*)?$/iu;
const RUNNER_SETTINGS = ["jest", "vitest", "mocha", "ava", "c8", "nyc", "tap"];

function changedPackageScripts(before: string, after: string | undefined): string | undefined {
  const old = packageSettings(before);
  const now = packageSettings(after ?? "");
  if (old === undefined) return undefined;
  const names = [...old.keys()].filter((name) => old.get(name) !== now?.get(name));
  // A hook that is new changes the script it belongs to.
  for (const name of now?.keys() ?? []) {
    const hooked = name.replace(/^scripts\.(?:pre|post)/u, "scripts.");
    if (hooked !== name && !old.has(name) && old.has(hooked)) names.push(name);
  }
  return names.length === 0 ? undefined : `changes ${names.map((name) => `\`${name}\``).join(", ")}`;
}

function packageSettings(text: string): Map<string, string> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null) return undefined;
    const entries: (readonly [string, unknown])[] = Object.entries(parsed);
    const scripts = new Map(entries).get("scripts");
    const named = typeof scripts === "object" && scripts !== null ? Object.entries(scripts) : [];
    return new Map([
      ...named
        .filter(([name]) => TEST_SCRIPT.test(name))
        .map(([name, value]) => [`scripts.${name}`, String(value)] as const),
      ...entries
        .filter(([name]) => RUNNER_SETTINGS.includes(name))
        .map(([name, value]) => [name, JSON.stringify(value)] as const),
    ]);
  } catch {
    return undefined;
  }
}

interface SharedFile {
  readonly names: RegExp;
  readonly what: string;
  /** What of the file is about tests. */
  readonly about: (text: string) => string;
}

const PARTS: readonly SharedFile[] = [
  {
    names: /^(?:pyproject|bunfig|Cargo|\.?nextest)\.toml$/u,
    what: "how tests are run",
    about: (text) =>
      sections(text, /^\[+\s*(?:tool\.(?:pytest|tox|coverage|nox|hatch\.envs\.test)|test|profile\.test|dev-test)\b/u),
  },
  {
    names: /^setup\.cfg$/u,
    what: "how tests are run",
    about: (text) => sections(text, /^\[(?:tool:pytest|coverage|tox|testenv)/u),
  },
  {
    names: /^(?:GNUm|M|m)akefile$|\.mk$|^[Jj]ustfile$/u,
    what: "the rule that runs the tests",
    about: (text) => sections(text, /^(?:test|tests|check|verify|ci|lint|coverage|e2e)[\w.-]*\b[^=]*:(?!=)/u),
  },
  {
    names: /^vite\.config\.\w+$/u,
    what: "how tests are run",
    about: (text) => (/\btest\s*:/u.test(text) ? text.slice(text.search(/\btest\s*:/u)) : ""),
  },
];

/** The sections whose first line matches, each up to the next line that begins one (is not blank, indented or a value). */
function sections(text: string, heading: RegExp): string {
  const isToml = /^\[/mu.test(text);
  const kept: string[] = [];
  let inside = false;
  for (const line of text.split("\n")) {
    const begins = isToml ? line.startsWith("[") : /^[^\s#]/u.test(line);
    if (begins) inside = heading.test(line);
    if (inside && line.trim() !== "") kept.push(line.trimEnd());
  }
  return kept.join("\n");
}

/** True when a command runs this file as a script, and it is one by what it is called or by what runs it. */
function runBy(path: string, commands: readonly string[]): boolean {
  if (isTestFile(path)) return false;
  return commands.some((command) => {
    const words = command.split(/[\s;&|()<>"'`]+/u).map((word) => word.replace(/^(?:\.\/)+/u, ""));
    const at = words.indexOf(path);
    if (at === -1) return false;
    const byShell = /^(?:\/\S*\/)?(?:ba|z|da|k)?sh$/u.test(words[at - 1] ?? "");
    return byShell || /\.(?:sh|bash|zsh)$/u.test(path) || CHECKING.test(path);
  });
}
