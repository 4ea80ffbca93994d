import { cleanLine } from "./cleanText.ts";

/**
 * A path or glob as a model wrote it, relative to the repository's root with `/` and without `.` and `..`.
 * A folder (trailing slash) means everything in it. Undefined: it is empty, absolute, leaves the repository,
 * or is git's own.
 */
export function normaliseRepositoryPath(raw: string): string | undefined {
  const path = withoutQuotes(cleanLine(raw)).replaceAll("\\", "/");
  if (path.startsWith("/") || path.startsWith("~") || /^[A-Za-z]:/u.test(path)) return undefined;

  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  if (segments.length === 0 || segments[0]?.toLowerCase() === ".git") return undefined;
  return path.endsWith("/") ? `${segments.join("/")}/**` : segments.join("/");
}

function withoutQuotes(text: string): string {
  return /^(["'`])(.+)\1$/u.exec(text)?.[2]?.trim() ?? text;
}
