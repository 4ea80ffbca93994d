import { compareText } from "../core/compareText.ts";
import { counted } from "../core/counted.ts";
import { truncateUtf8, utf8Length } from "../core/utf8.ts";
import { visibleName } from "../core/visibleText.ts";
import { compileScope, parsePathPattern } from "./pathPattern.ts";
import type { FileFacts, RepositoryFacts } from "./repositoryFacts.ts";
import { folderOf } from "./repositoryIndex.ts";
import { fixedFolder } from "./taskWriters.ts";

/** What the rest of the repository keeps of the budget, so that a long plan does not hide where it belongs. */
const FOLDERS_SHARE = 0.2;
const NAMES_OF_A_NEIGHBOUR = 8;
const NAME_BYTES = 60;

interface MappedFile {
  readonly path: string;
  readonly file: FileFacts;
}

/**
 * A map of the repository for whoever cuts the plan into tasks, in at most `maxBytes` bytes of UTF-8: the files the plan
 * names, with all they export where there is room; the other files of the same folders; then the folders, as deep as
 * fits. The same files and entries give the same text, whatever order they come in.
 *
 * @param named entries of the plan's `files`: paths, folders or globs
 */
export function repositoryMap(
  facts: Pick<RepositoryFacts, "files">,
  named: readonly string[],
  maxBytes: number,
): string {
  const files = [...facts.files].map(([path, file]) => ({ path, file })).sort((a, b) => compareText(a.path, b.path));
  const entries = [...new Set(named.map(textOf))].filter((entry) => entry !== "").sort(compareText);
  const bytes = files.reduce((sum, { file }) => sum + file.bytes, 0);
  const total = `${counted(files.length, "file")}, ${size(bytes)}.`;
  const text = new BudgetedText(maxBytes, total);
  const reserved = Math.floor(maxBytes * FOLDERS_SHARE);

  const plan = namedLines(entries, facts, text.room - reserved);
  text.add("The plan names:", plan.lines, plan.hidden);

  const beside = neighbours(files, entries, new Set(entries));
  const shown = fitting(
    beside.map((file) => describeFile(file, NAMES_OF_A_NEIGHBOUR)),
    text.room - reserved,
  );
  text.add("Beside them:", shown, beside.length - shown.length);
  text.add("All folders:", folderTree(files, text.room), 0);
  return text.text;
}

/** Sections are added while there is room; each carries its heading and how much of it is not shown. */
class BudgetedText {
  text: string;
  private readonly maxBytes: number;

  constructor(maxBytes: number, head: string) {
    this.maxBytes = maxBytes;
    this.text = head;
  }

  /** Bytes for the lines of the next section, its frame taken off. */
  get room(): number {
    return this.maxBytes - utf8Length(this.text) - utf8Length("\n\nThe plan names:\n\n… and 1000000 more");
  }

  add(title: string, lines: readonly string[], hidden: number): void {
    if (lines.length === 0) return;
    const more = hidden > 0 ? [`… and ${hidden} more`] : [];
    this.text = [this.text, "", title, ...lines, ...more].join("\n");
  }
}

/** As much of each file as all of them have room for: all its names, then some, then none; then as many as fit. */
function namedLines(
  paths: readonly string[],
  { files }: Pick<RepositoryFacts, "files">,
  room: number,
): { readonly lines: readonly string[]; readonly hidden: number } {
  const exist = paths.flatMap((path) => {
    const file = files.get(path);
    return file === undefined ? [] : [{ path, file }];
  });
  for (const names of [Number.POSITIVE_INFINITY, NAMES_OF_A_NEIGHBOUR, 0]) {
    const lines = exist.map((file) => describeFile(file, names));
    if (names > 0 && utf8Length(lines.join("\n")) > room) continue;
    const shown = fitting(lines, room);
    return { lines: shown, hidden: lines.length - shown.length };
  }
  return { lines: [], hidden: exist.length };
}

/** Files in the folders of what the plan names, and those its folders and globs reach, in the order of their paths. */
function neighbours(
  files: readonly MappedFile[],
  entries: readonly string[],
  shown: ReadonlySet<string>,
): readonly MappedFile[] {
  const folders = new Set(entries.map((entry) => (isGlob(entry) ? fixedFolder(entry) : folderOf(entry))));
  const isFolder = foldersOf(files);
  const isReached = compileScope(entries.filter((entry) => isGlob(entry) || isFolder.has(entry)));
  return files.filter(({ path }) => !shown.has(path) && (folders.has(folderOf(path)) || isReached(path)));
}

function foldersOf(files: readonly MappedFile[]): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let folder = folderOf(path); folder !== "" && !folders.has(folder); folder = folderOf(folder))
      folders.add(folder);
  }
  return folders;
}

function isGlob(entry: string): boolean {
  return fixedFolder(entry) !== entry;
}

/** The deepest listing of folders that fits; of a root with too many folders the first ones. */
function folderTree(files: readonly MappedFile[], room: number): readonly string[] {
  const deepest = Math.max(1, ...files.map(({ path }) => path.split("/").length - 1));
  for (let depth = Math.min(deepest, 8); depth > 1; depth--) {
    const lines = folderLines(files, depth);
    if (utf8Length(lines.join("\n")) <= room) return lines;
  }
  return fitting(folderLines(files, 1), room);
}

function folderLines(files: readonly MappedFile[], depth: number): readonly string[] {
  const folders = new Map<string, { files: number; bytes: number }>();
  for (const { path, file } of files) {
    const name = path.split("/").slice(0, -1).slice(0, depth).join("/");
    const folder = folders.get(name) ?? { files: 0, bytes: 0 };
    folders.set(name, { files: folder.files + 1, bytes: folder.bytes + file.bytes });
  }
  return [...folders]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, folder]) => `${visibleName(name) || "."}/ ${counted(folder.files, "file")}, ${size(folder.bytes)}`);
}

/** `src/parser.ts 21 KB: parse, Parser, … 12 more` */
function describeFile({ path, file }: MappedFile, mostNames: number): string {
  const names = file.exportedNames.slice(0, mostNames).map((name) => truncateUtf8(visibleName(name), NAME_BYTES));
  const hidden = file.exportedNames.length - names.length;
  const exported = [...names, ...(hidden > 0 ? [names.length === 0 ? `${hidden} names` : `… ${hidden} more`] : [])];
  const generated = file.isGenerated ? " (generated)" : "";
  return `${visibleName(path)} ${size(file.bytes)}${generated}${exported.length === 0 ? "" : `: ${exported.join(", ")}`}`;
}

function fitting(lines: readonly string[], room: number): readonly string[] {
  let used = -1;
  const end = lines.findIndex((line) => {
    used += utf8Length(line) + 1;
    return used > room;
  });
  return end < 0 ? lines : lines.slice(0, end);
}

function textOf(entry: string): string {
  const pattern = parsePathPattern(entry);
  return pattern.ok ? pattern.value.text : "";
}

function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${Math.round(bytes / 1024)} KB`;
}
