import { compareText } from "../core/compareText.ts";
import { kilobytes } from "../core/kilobytes.ts";
import { truncateUtf8, utf8Length } from "../core/utf8.ts";
import { visibleName } from "../core/visibleText.ts";
import { cleanText } from "./cleanText.ts";
import { groupBy } from "./groupBy.ts";

/** 6 KB of UTF-8: a map to start from; the agents can read the files themselves. */
export const MAX_OVERVIEW_BYTES = 6 * 1024;
const MAX_README_BYTES = 1_200;
const MAX_NOTABLE_BYTES = 1_500;

export interface TrackedFile {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

/** Files that tell how a repository is built, tested and written, wherever they are. */
const NOTABLE =
  /(^|\/)(package\.json|tsconfig[^/]*\.json|deno\.jsonc?|pyproject\.toml|setup\.(py|cfg)|requirements[^/]*\.txt|Cargo\.toml|go\.mod|pom\.xml|build\.gradle(\.kts)?|Gemfile|composer\.json|mix\.exs|CMakeLists\.txt|Makefile|justfile|Dockerfile|(docker-)?compose\.ya?ml|AGENTS\.md|CONTRIBUTING\.md|ARCHITECTURE\.md|[^/]+\.(csproj|sln))$/iu;

/**
 * A map of the repository in at most `MAX_OVERVIEW_BYTES`: size, the beginning of the README, notable files, and the
 * tree of folders with their files, as deep as fits. The same files give the same text in whatever order they come.
 */
export function repositoryOverview(files: readonly TrackedFile[], readme: string | undefined): string {
  const sorted = files
    .map(({ path, bytes }) => ({ path: visibleName(path), bytes }))
    .sort((left, right) => compareText(left.path, right.path));
  const total = sorted.reduce((sum, { bytes }) => sum + bytes, 0);
  const head = [
    `${sorted.length} tracked files, ${kilobytes(total)}.`,
    titled("README begins:", readmeStart(readme)),
    titled("Notable files:", notableFiles(sorted)),
  ].filter((part) => part !== "");

  const withoutTree = head.join("\n\n");
  const room = MAX_OVERVIEW_BYTES - utf8Length(withoutTree) - utf8Length("\n\nFolders:\n");
  return [withoutTree, titled("Folders:", folderTree(sorted, room))].filter((part) => part !== "").join("\n\n");
}

function titled(title: string, body: string): string {
  return body === "" ? "" : `${title}\n${body}`;
}

function readmeStart(readme: string | undefined): string {
  const text = cleanText(readme ?? "");
  const start = truncateUtf8(text, MAX_README_BYTES);
  // A cut in the middle of a line would read as if the README said it.
  return start === text ? text : start.slice(0, Math.max(start.lastIndexOf("\n"), 0)).trimEnd() || start;
}

function notableFiles(files: readonly TrackedFile[]): string {
  const byDepth = files
    .filter(({ path }) => NOTABLE.test(path))
    .sort((left, right) => depth(left.path) - depth(right.path) || compareText(left.path, right.path));
  return linesThatFit(
    byDepth.map(({ path, bytes }) => `${path} (${kilobytes(bytes)})`),
    MAX_NOTABLE_BYTES,
  );
}

/** The deepest listing that fits: first with all files by name, then by folders only, ever shallower. */
function folderTree(files: readonly TrackedFile[], room: number): string {
  const deepest = Math.max(0, ...files.map(({ path }) => depth(path)));
  const listed = folderLines(files, deepest, true);
  if (utf8Length(listed.join("\n")) <= room) return listed.join("\n");
  for (let level = Math.min(deepest, 8); level > 1; level--) {
    const lines = folderLines(files, level, false);
    if (utf8Length(lines.join("\n")) <= room) return lines.join("\n");
  }
  return linesThatFit(folderLines(files, 1, false), room);
}

function folderLines(files: readonly TrackedFile[], level: number, named: boolean): string[] {
  const folders = groupBy(files, ({ path }) => folderOf(path, level));
  return [...folders]
    .sort(([left], [right]) => compareText(left, right))
    .map(([folder, members]) => {
      const names = members.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)).join(" ");
      return `${folder}/ ${named ? names : `${members.length} files${commonExtensions(members)}`}`;
    });
}

function folderOf(path: string, level: number): string {
  const folders = path.split("/").slice(0, -1);
  return [".", ...folders.slice(0, level)].join("/");
}

function commonExtensions(files: readonly TrackedFile[]): string {
  const byExtension = groupBy(files, ({ path }) => /\.[A-Za-z0-9]+$/u.exec(path)?.[0] ?? "");
  const common = [...byExtension]
    .filter(([extension]) => extension !== "")
    .sort(([left, one], [right, other]) => other.length - one.length || compareText(left, right))
    .slice(0, 3);
  return common.length === 0
    ? ""
    : ` (${common.map(([extension, members]) => `${members.length} ${extension}`).join(", ")})`;
}

function linesThatFit(lines: readonly string[], maxBytes: number): string {
  const room = maxBytes - utf8Length("… and 1000000 more");
  const kept: string[] = [];
  let used = 0;
  for (const line of lines) {
    used += utf8Length(line) + 1;
    if (used > room) break;
    kept.push(line);
  }
  const more = lines.length - kept.length;
  return [...kept, ...(more > 0 ? [`… and ${more} more`] : [])].join("\n");
}

function depth(path: string): number {
  return path.split("/").length - 1;
}
