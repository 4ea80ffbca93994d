import { operandsOf } from "./invocations.ts";

/** What a git command would publish or throw away, as a predicate; undefined: nothing. `args` are those after `git`. */
export function gitDestruction(args: readonly string[]): string | undefined {
  const [command = "", ...rest] = withoutGlobalOptions(args);
  const has = (pattern: RegExp) => rest.some((arg) => pattern.test(arg));
  const isDryRun = has(/^(?:--dry-run|-[a-z]*n[a-z]*)$/u);
  switch (command) {
    case "push":
      return isDryRun ? undefined : "publishes commits";
    case "reset":
      return has(/^--(?:hard|merge|keep)$/u) ? "throws changes away" : undefined;
    case "clean":
      return isDryRun ? undefined : "removes files that are not in a commit";
    case "checkout":
    case "switch":
      return has(/^(?:-f|--force|--discard-changes|\.)$/u) ? "throws changes away" : undefined;
    case "restore":
      return has(/^\.$/u) && !has(/^(?:-S|--staged)$/u) ? "throws changes away" : undefined;
    case "stash":
      return /^(?:list|show)$/u.test(rest[0] ?? "") ? undefined : "puts changes away";
    case "branch":
      return has(/^-D$/u) || (has(/^(?:-d|--delete)$/u) && has(/^(?:-f|--force)$/u)) ? "deletes branches" : undefined;
    case "tag":
      return has(/^(?:-d|--delete)$/u) ? "deletes tags" : undefined;
    case "update-ref":
    case "filter-branch":
    case "filter-repo":
      return "rewrites references";
    case "reflog":
      return /^(?:expire|delete)$/u.test(operandsOf(rest)[0] ?? "") ? "rewrites references" : undefined;
    default:
      return undefined;
  }
}

function withoutGlobalOptions(args: readonly string[]): readonly string[] {
  let at = 0;
  for (let arg = args[at]; arg?.startsWith("-"); arg = args[at]) {
    at += /^(?:-[cC]|--(?:git-dir|work-tree|namespace|exec-path))$/u.test(arg) ? 2 : 1;
  }
  return args.slice(at);
}
