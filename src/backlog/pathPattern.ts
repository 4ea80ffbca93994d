import picomatch from "picomatch";
import { protectedPathReason } from "../core/protectedPaths.ts";
import { failure, type Result, success } from "../core/result.ts";
import { utf8Length } from "../core/utf8.ts";

/*
 * How an entry of `files` or `reads` is read (docs/decisions/0020-what-a-files-entry-means.md):
 * - without glob characters (`src`, `src/`, `src/a.ts`): that path, and everything below it;
 * - with glob characters: `*` and `?` within a segment (a leading dot included), `[a-z]`, `{a,b}`, `**` as a whole
 *   segment for any number of segments; a trailing `/` adds everything below;
 * - and always the path that is spelled exactly like the entry, so `app/[id]/page.tsx` reaches the file of that name.
 */

export interface PathPattern {
  /** The entry without a leading `./` and a trailing `/`. */
  readonly text: string;
  /** The entry has no glob characters. */
  readonly literal: boolean;
  /** What it stands for once braces are expanded: globs with `*`, `?`, `[…]` and `**` only. */
  readonly globs: readonly string[];
}

const MAX_BYTES = 1_024;
/** Braces and classes are settled before picomatch sees a glob, so that overlaps are decided on the same patterns. */
const PICOMATCH_OPTIONS = {
  dot: true,
  literalBrackets: false,
  nobrace: true,
  noextglob: true,
  nonegate: true,
  windows: false,
} as const;

/** In a segment, and of `**` in a path: with more, telling that a long name does not match can take minutes. */
const MAX_STARS = 4;

/** Braces multiply; a list this long is written out better. */
const MAX_ALTERNATIVES = 64;

/** Reads an entry; the failure is a predicate about it, such as "is an absolute path". */
export function parsePathPattern(entry: string): Result<PathPattern, string> {
  const problem = spellingProblem(entry);
  if (problem !== undefined) return failure(problem);
  const isFolder = entry.endsWith("/");
  const text = entry.replace(/^(?:\.\/)+/u, "").replace(/\/$/u, "");
  if (text === "" || text === ".") return failure("names the repository itself; write ** for everything in it");
  if (text.split("/").some((segment) => segment === "" || segment === "." || segment === "..")) {
    return failure("holds an empty segment, `.` or `..`; write the path from the repository's root");
  }
  if (!/[*?[\]{}]/u.test(text)) return success({ text, literal: true, globs: [text, `${text}/**`] });
  if (hasTooManyStars(text.split("/")))
    return failure(`has more than ${MAX_STARS} wildcards \`*\` in a segment, or \`**\``);
  if (!isBalanced(text)) return failure("has a bracket or brace that is never closed");
  const expanded = expandBraces(text);
  if (expanded === undefined) return failure(`stands for more than ${MAX_ALTERNATIVES} patterns`);
  return success({ text, literal: false, globs: isFolder ? expanded.map((glob) => `${glob}/**`) : expanded });
}

/** A test for paths that a task with these `files` may write. Protected paths never pass, however wide a glob is. */
export function compileScope(entries: readonly string[]): (path: string) => boolean {
  const patterns = entries.flatMap((entry) => {
    const parsed = parsePathPattern(entry);
    return parsed.ok ? [parsed.value] : [];
  });
  const spelled = new Set(patterns.map((pattern) => pattern.text));
  const globs = patterns.flatMap((pattern) =>
    (pattern.literal ? pattern.globs.slice(1) : pattern.globs).map(escapeForPicomatch),
  );
  const matches = picomatch(globs, PICOMATCH_OPTIONS);
  return (path) => protectedPathReason(path) === undefined && (spelled.has(path) || matches(path));
}

function spellingProblem(entry: string): string | undefined {
  if (entry.trim() !== entry || entry === "") return "is empty or has space around it";
  if (utf8Length(entry) > MAX_BYTES) return `is longer than ${MAX_BYTES} bytes`;
  if (/[\p{Cc}\p{Cs}]/u.test(entry)) return "holds a control character";
  if (entry.startsWith("/") || /^[A-Za-z]:[\\/]/u.test(entry) || entry.startsWith("~")) {
    return "is not relative to the repository's root";
  }
  if (entry.includes("\\")) return "holds a backslash; segments are separated by /";
  if (entry.startsWith("!")) return "begins with !; list what may be written instead";
  return undefined;
}

function hasTooManyStars(segments: readonly string[]): boolean {
  const anyDepth = segments.filter((segment) => segment === "**").length;
  return anyDepth > MAX_STARS || segments.some((segment) => (segment.match(/\*+/gu) ?? []).length > MAX_STARS);
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === "[") {
      const end = classEnd(text, index);
      if (end === undefined) return false;
      index = end;
    } else if (character === "{") depth++;
    else if (character === "}" && --depth < 0) return false;
    else if (character === "]") return false;
  }
  return depth === 0;
}

/** The position of the `]` that closes the class opened at `start`; a class stays within a segment. */
export function classEnd(text: string, start: number): number | undefined {
  const first = /[!^]/u.test(text[start + 1] ?? "") ? start + 2 : start + 1;
  const end = text.indexOf("]", first + 1);
  if (end < 0 || text.slice(start, end).includes("/") || text.slice(start + 1, end).includes("[")) return undefined;
  return end;
}

/** `a{b,c}` as `ab`, `ac`; undefined when there would be too many. Braces without a comma stand for themselves. */
function expandBraces(text: string): readonly string[] | undefined {
  const pending = [text];
  const done: string[] = [];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const group = firstBraceGroup(next);
    if (!group) done.push(next);
    else pending.push(...group.choices.map((choice) => group.before + choice + group.after).reverse());
    if (pending.length + done.length > MAX_ALTERNATIVES) return undefined;
  }
  return done.some((glob) => glob.split("/").includes("")) ? done.map(dropEmptySegments) : done;
}

function dropEmptySegments(glob: string): string {
  return glob
    .split("/")
    .filter((segment) => segment !== "")
    .join("/");
}

interface BraceGroup {
  readonly before: string;
  readonly choices: readonly string[];
  readonly after: string;
}

function firstBraceGroup(text: string): BraceGroup | undefined {
  for (let open = text.indexOf("{"); open >= 0; open = text.indexOf("{", open + 1)) {
    const choices: string[] = [];
    let depth = 0;
    let from = open + 1;
    for (let index = open; index < text.length; index++) {
      const character = text[index];
      if (character === "{") depth++;
      else if (character === "}") depth--;
      if ((character === "," && depth === 1) || (character === "}" && depth === 0)) {
        choices.push(text.slice(from, index));
        from = index + 1;
      }
      if (depth > 0) continue;
      if (choices.length > 1) return { before: text.slice(0, open), choices, after: text.slice(index + 1) };
      break;
    }
  }
  return undefined;
}

/** Parentheses and the like are letters to us and operators to picomatch, which negates a class with `^` only. */
function escapeForPicomatch(glob: string): string {
  return glob.replace(/[()|+@!^$"'{},]/gu, (character, offset: number) => {
    if (!isInsideClass(glob, offset)) return `\\${character}`;
    return character === "!" && glob[offset - 1] === "[" ? "^" : character;
  });
}

function isInsideClass(glob: string, offset: number): boolean {
  const open = glob.lastIndexOf("[", offset);
  const end = open < 0 ? undefined : classEnd(glob, open);
  return end !== undefined && offset < end;
}
