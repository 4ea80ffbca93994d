import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Confinement } from "../core/confinement.ts";
import { ALLOWED_VARIABLES } from "../core/environment.ts";
import { readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { WORKTREE_VARIABLE } from "../core/leftoverProcesses.ts";

/**
 * The shell of an agent's instance: a script named `bash` (OpenCode knows a shell by its name) that starts the real
 * one within the limits of its work tree, with an environment of allowlisted variables only, and marked with the work
 * tree it is for. The process the agents live in holds the user's keys; their commands must not see them. Set through
 * OpenCode's `shell`, so that the user's permission rules still see the command itself.
 *
 * The script is read at each command, so it may be written anew while the instance is up, for other limits.
 * @param shells folder of ours; each work tree has a script of its own in it
 * @param worktree absolute path
 * @returns absolute path of the script
 */
export async function installAgentShell(shells: string, worktree: string, confinement: Confinement): Promise<string> {
  const place = createHash("sha256").update(worktree).digest("hex").slice(0, 12);
  const path = join(shells, place, "bash");
  const script = scriptFor(worktree, confinement);
  if ((await readTextIfExists(path)) !== script) await writeFileAtomic(path, script, 0o755);
  return path;
}

/** Arguments are put before those that are there already, so the last to be put are the first. */
function scriptFor(worktree: string, { environment, prefix }: Confinement): string {
  const added = Object.entries(environment).map(([name, value]) => quoted(`${name}=${value}`));
  const keep = ALLOWED_VARIABLES.map((name) => `[ -z "\${${name}+x}" ] || set -- "${name}=$${name}" "$@"`);
  return `#!/bin/sh
# Written by multi-agent-coder: runs an agent's command without the environment of the process around it.
if [ -x /bin/bash ]; then set -- /bin/bash "$@"; else set -- /bin/sh "$@"; fi
set -- ${[...added, ...prefix.map(quoted)].join(" ")} "$@"
${keep.join("\n")}
exec env -i ${WORKTREE_VARIABLE}=${quoted(worktree)} "$@"
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
