import type { ChangedText } from "../git/changedTexts.ts";
import { ABSENT_MODE } from "../git/rawDiff.ts";
import { type ChangedPath, shortList } from "./evidence.ts";
import type { TestConcern } from "./testIntegrity.ts";

/** Kinds of change a person may want to be asked about; see the option `approvals`. */
export type ApprovalKind = "executable" | "deletion" | "dependencies" | "tests";

export interface ApprovalRules {
  readonly kinds: readonly ApprovalKind[];
  /** True for a path that `approvals.paths` names. */
  readonly isNamed: (path: string) => boolean;
}

export interface ApprovalNeeds {
  /** A line each: why a person has to agree before this lands. None: nobody has to. */
  readonly reasons: readonly string[];
  /** X9. A line each: what is worth saying and needs no agreement. */
  readonly notices: readonly string[];
}

/**
 * What of a change a person has to agree to. That a task is about such a change makes no difference: who writes
 * `approvals` wants to see each of them. Pure.
 */
export function approvalNeeds(
  changes: readonly ChangedPath[],
  texts: readonly ChangedText[],
  concerns: readonly TestConcern[],
  { kinds, isNamed }: ApprovalRules,
): ApprovalNeeds {
  const named = changes.map(({ path }) => path).filter(isNamed);
  const executables = newExecutables(changes, texts);
  const executableLine = `new executable: ${shortList(executables)}`;
  const deleted = changes.filter(({ newMode }) => newMode === ABSENT_MODE).map(({ path }) => path);
  const dependencies = changes
    .map(({ path }) => path)
    .filter((path) =>
      changesDependencies(
        path,
        texts.find((text) => text.path === path),
      ),
    );
  const asks = (kind: ApprovalKind) => kinds.includes(kind);
  return {
    reasons: [
      ...(named.length > 0 ? [`changes ${shortList(named)}`] : []),
      ...(asks("executable") && executables.length > 0 ? [executableLine] : []),
      ...(asks("deletion") && deleted.length > 0 ? [`deletes ${shortList(deleted)}`] : []),
      ...(asks("dependencies") && dependencies.length > 0 ? [`changes dependencies: ${shortList(dependencies)}`] : []),
      ...(asks("tests") ? concerns.map(({ path, says }) => `${shortList([path])}: ${says}`) : []),
    ],
    notices: !asks("executable") && executables.length > 0 ? [executableLine] : [],
  };
}

const EXECUTABLE_MODE = "100755";
/** ELF, the two bytes of Windows programs, Mach-O as it decodes. */
const PROGRAM = /^(?:\u{7f}ELF|MZ)/u;

/** Files that may be run now and could not before, and programs whatever their mode. */
function newExecutables(changes: readonly ChangedPath[], texts: readonly ChangedText[]): string[] {
  const programs = new Set(
    texts
      .filter(({ before, after }) => PROGRAM.test(after ?? "") && !PROGRAM.test(before ?? ""))
      .map(({ path }) => path),
  );
  return changes
    .filter(
      ({ path, oldMode, newMode }) =>
        (newMode === EXECUTABLE_MODE && oldMode !== EXECUTABLE_MODE) || programs.has(path),
    )
    .map(({ path }) => path);
}

const MANIFESTS =
  /^(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|pnpm-workspace\.yaml|bun\.lockb?|deno\.lock|requirements[\w.-]*\.(?:txt|in)|constraints[\w.-]*\.txt|Pipfile(?:\.lock)?|poetry\.lock|uv\.lock|pdm\.lock|setup\.py|environment\.ya?ml|go\.(?:mod|sum|work|work\.sum)|Cargo\.(?:toml|lock)|Gemfile(?:\.lock)?|[\w.-]+\.gemspec|composer\.(?:json|lock)|pom\.xml|build\.gradle(?:\.kts)?|gradle\.lockfile|libs\.versions\.toml|[\w.-]+\.(?:cs|fs|vb)proj|packages\.lock\.json|Directory\.Packages\.props|Package\.(?:swift|resolved)|Podfile(?:\.lock)?|pubspec\.(?:yaml|lock)|mix\.(?:exs|lock)|flake\.(?:nix|lock)|conanfile\.(?:txt|py)|vcpkg\.json)$/iu;

const PACKAGE_FIELDS = [
  "dependencies",
  "devDependencies",
  "peerDependencies",
  "optionalDependencies",
  "bundledDependencies",
  "bundleDependencies",
  "overrides",
  "resolutions",
  "pnpm",
  "catalog",
  "workspaces",
];

/** Manifests and lockfiles; of package.json and pyproject.toml, which hold much else, what is about dependencies. */
function changesDependencies(path: string, text: ChangedText | undefined): boolean {
  const name = path.split("/").at(-1) ?? "";
  if (name === "package.json") return dependencyFields(text?.before) !== dependencyFields(text?.after);
  if (name === "pyproject.toml") return dependencyLines(text?.before) !== dependencyLines(text?.after);
  return MANIFESTS.test(name);
}

function dependencyFields(text: string | undefined): string {
  try {
    const parsed: unknown = JSON.parse(text ?? "{}");
    if (typeof parsed !== "object" || parsed === null) return "";
    const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(parsed));
    return JSON.stringify(PACKAGE_FIELDS.map((field) => fields.get(field)));
  } catch {
    // What cannot be read may hold anything.
    return text ?? "";
  }
}

/** The tables and lists that name packages. */
function dependencyLines(text: string | undefined): string {
  const kept: string[] = [];
  let inside = false;
  let inList = false;
  for (const line of (text ?? "").split("\n")) {
    if (line.startsWith("[")) inside = /depend|build-system|dependency-groups/u.test(line);
    if (/^\s*(?:dependencies|requires|requires-python)\s*=/u.test(line)) inList = true;
    if (inside || inList) kept.push(line.trim());
    if (inList && (/\]\s*$/u.test(line) || /=\s*"/u.test(line))) inList = false;
  }
  return kept.join("\n");
}
