import { cleanLine } from "./cleanText.ts";

/**
 * A path or glob as a model wrote it, relative to the repository's root with `/` and without `.` and `..`.
 * A folder (trailing slash) means everything in it. Undefined: it is empty, absolute, leaves the repository,
 * or is git's own.
 */
export function normaliseRepositoryPath(raw: string): string | undefined {
  const path = withoutQuotes(cleanLine(raw)).replaceAll("\\", "/");
  if (isAbsolute(path)) return undefined;
  const segments = resolvedSegments(path);
  if (segments === undefined || segments.length === 0) return undefined;
  const normal = path.endsWith("/") ? `${segments.join("/")}/**` : segments.join("/");
  return repositoryPathProblem(normal) === undefined ? normal : undefined;
}

/**
 * Why an entry of `files` can name nothing an item may write, as a predicate about it, or undefined. Never so for what
 * `normaliseRepositoryPath` gives: a plan of agents' answers can always be read.
 */
export function repositoryPathProblem(entry: string): string | undefined {
  const path = entry.trim().replaceAll("\\", "/");
  const segments = isAbsolute(path) ? undefined : resolvedSegments(path);
  if (segments === undefined) return "is outside the repository; write paths from its root";
  if (segments.length === 0) return "names no file; write ** for the whole repository";
  if (segments.some((segment) => segment.toLowerCase() === ".git")) return "belongs to git; no item may write there";
  if (path.split("/").includes("..")) return "holds ..; write the path from the repository's root";
  return undefined;
}

/** On any system: a plan is read on other machines than the one it was written on. */
function isAbsolute(path: string): boolean {
  return path.startsWith("/") || path.startsWith("~") || /^[A-Za-z]:/u.test(path);
}

/** Undefined: it climbs above where it began. */
function resolvedSegments(path: string): string[] | undefined {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments;
}

function withoutQuotes(text: string): string {
  return /^(["'`])(.+)\1$/u.exec(text)?.[2]?.trim() ?? text;
}
