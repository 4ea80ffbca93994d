/** Names that begin like git's own files and belong to a hosting service, or are empty by convention. */
const NOT_GITS_OWN = new Set([".github", ".gitlab", ".gitlab-ci.yml", ".gitlab-ci.yaml", ".gitea", ".gitkeep"]);

/** Written by the commands themselves; an agent that edits them would edit its own orders. */
const OUR_OUTPUTS = new Set(["tasks/plan.md", "tasks/backlog.yaml", "tasks/research.json"]);

/**
 * Why no task may write `path` (relative to the repository's root, `/` between segments), or undefined if one may.
 * Git's files and OpenCode's configuration run programs or change what is recorded, at any depth, in any case of
 * letters: file systems that fold case are common. DESIGN decision 6.
 */
export function protectedPathReason(path: string): string | undefined {
  const folded = path.toLowerCase();
  if (OUR_OUTPUTS.has(folded)) return "is written by the commands themselves";
  for (const segment of folded.split("/")) {
    if (segment.startsWith(".git") && !NOT_GITS_OWN.has(segment)) return "belongs to git";
    if (segment === ".opencode" || segment === "opencode.json" || segment === "opencode.jsonc") {
      return "configures OpenCode";
    }
  }
  return undefined;
}
