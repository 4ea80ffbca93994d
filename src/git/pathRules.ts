/**
 * One line of a .gitignore or .gitattributes, as gitignore(5) reads it: which paths it is about. `folder` is where the
 * file lies, `""` for the root. Undefined for a line that says nothing.
 */
export interface PathRule {
  /** A leading `!`. */
  readonly negated: boolean;
  /** A trailing `/`: only folders are meant. */
  readonly foldersOnly: boolean;
  /** `path` is relative to the repository's root, without a trailing `/`. */
  matches(path: string): boolean;
}

/** Longer than any path: such a line is no rule that somebody wrote, and takes seconds to compile. */
const MAX_PATTERN = 4_096;

export function parsePathRule(pattern: string, folder: string): PathRule | undefined {
  if (pattern.length > MAX_PATTERN) return undefined;
  const negated = pattern.startsWith("!");
  const text = (negated ? pattern.slice(1) : pattern).replace(/^\\(?=[#!])/u, "");
  const foldersOnly = text.endsWith("/");
  const body = foldersOnly ? text.slice(0, -1) : text;
  if (body === "" || body === "/") return undefined;
  const isAnchored = body.includes("/");
  const expression = compile(body.replace(/^\//u, ""), isAnchored);
  if (expression === undefined) return undefined;
  const prefix = folder === "" ? "" : `${folder}/`;
  return {
    negated,
    foldersOnly,
    matches: (path) => path.startsWith(prefix) && expression.test(path.slice(prefix.length)),
  };
}

/** A pattern without a slash is about names at any depth. Undefined: a class that is never closed, which matches nothing. */
function compile(pattern: string, isAnchored: boolean): RegExp | undefined {
  let source = isAnchored ? "" : "(?:.*/)?";
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index] ?? "";
    if (pattern.startsWith("**/", index) && (index === 0 || pattern[index - 1] === "/")) {
      source += "(?:.*/)?";
      index += 2;
    } else if (pattern.slice(index) === "**" && pattern[index - 1] === "/") {
      source += ".+";
      index++;
    } else if (character === "*") {
      // Stars side by side say no more than one, and each takes its own time to fail.
      while (pattern[index + 1] === "*") index++;
      source += "[^/]*";
    } else if (character === "?") source += "[^/]";
    else if (character === "[") {
      const end = pattern.indexOf("]", index + (/[!^]/u.test(pattern[index + 1] ?? "") ? 3 : 2));
      if (end < 0) return undefined;
      const members = pattern.slice(index + 1, end).replace(/^[!^]/u, "");
      const negation = /^[!^]/u.test(pattern[index + 1] ?? "") ? "^/" : "";
      source += `(?!/)[${negation}${members.replace(/[\\\]^[]/gu, "\\$&")}]`;
      index = end;
    } else {
      const escaped = character === "\\" ? (pattern[++index] ?? "\\") : character;
      source += escaped.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
    }
  }
  try {
    return new RegExp(`^${source}$`, "su");
  } catch {
    return undefined;
  }
}
