import { type PathRule, parsePathRule } from "./pathRules.ts";

/** A file of rules and the folder it lies in; `""` is the root. */
export interface RuleFile {
  readonly folder: string;
  readonly text: string;
}

/**
 * Whether git would ignore an untracked path, by gitignore(5): the last rule that matches decides, a deeper file before
 * the root's, and below an ignored folder nothing counts any more. `ruleFiles` are the .gitignore files of one commit
 * (those a worktree starts with), `uncommitted` the user's own rules, which come first and so give way. A path that ends
 * in `/` is a folder.
 */
export function ignoreMatcher(ruleFiles: readonly RuleFile[], uncommitted: string): (path: string) => boolean {
  const rulesByFolder = new Map<string, readonly PathRule[]>();
  for (const { folder, text } of ruleFiles) rulesByFolder.set(folder, parseRules(text, folder));
  rulesByFolder.set("", [...parseRules(uncommitted, ""), ...(rulesByFolder.get("") ?? [])]);

  const isIgnoredItself = (path: string, isFolder: boolean): boolean => {
    for (let folder = path; folder !== ""; ) {
      folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")));
      const rule = rulesByFolder
        .get(folder)
        ?.findLast((candidate) => (isFolder || !candidate.foldersOnly) && candidate.matches(path));
      if (rule) return !rule.negated;
    }
    return false;
  };

  return (path) => {
    const isFolder = path.endsWith("/");
    const segments = path.replace(/\/$/u, "").split("/");
    return segments.some((_, index) => {
      const isLast = index === segments.length - 1;
      return isIgnoredItself(segments.slice(0, index + 1).join("/"), !isLast || isFolder);
    });
  };
}

function parseRules(text: string, folder: string): readonly PathRule[] {
  return text
    .replace(/^\uFEFF/u, "")
    .split("\n")
    .flatMap((line) => {
      const pattern = withoutFinalSpaces(line.replace(/\r$/u, ""));
      const rule = pattern === "" || pattern.startsWith("#") ? undefined : parsePathRule(pattern, folder);
      return rule ? [rule] : [];
    });
}

/** Spaces at the end do not count unless escaped. */
function withoutFinalSpaces(line: string): string {
  let end = line.length;
  while (line[end - 1] === " " && line[end - 2] !== "\\") end--;
  return line.slice(0, end);
}
