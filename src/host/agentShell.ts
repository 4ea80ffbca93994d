import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ALLOWED_VARIABLES } from "../core/environment.ts";
import { readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { WORKTREE_VARIABLE } from "../core/leftoverProcesses.ts";

/**
 * The shell of an agent's instance: a script named `bash` (OpenCode knows a shell by its name) that starts the real
 * one with an environment of allowlisted variables only. The process the agents live in holds the user's keys; their
 * commands must not see them. Set through OpenCode's `shell`, so that the user's permission rules still see the
 * command itself.
 * @returns absolute path of the script
 */
export async function installAgentShell(directory: string): Promise<string> {
  const path = join(directory, "bash");
  await mkdir(directory, { recursive: true });
  if ((await readTextIfExists(path)) !== SCRIPT) await writeFileAtomic(path, SCRIPT, 0o755);
  return path;
}

const SCRIPT = `#!/bin/sh
# Written by multi-agent-coder: runs an agent's command without the environment of the process around it.
if [ -x /bin/bash ]; then set -- /bin/bash "$@"; else set -- /bin/sh "$@"; fi
for name in ${ALLOWED_VARIABLES.join(" ")}; do
  eval "given=\\\${$name+x}"
  if [ -n "$given" ]; then
    eval "value=\\\${$name}"
    set -- "$name=$value" "$@"
  fi
done
exec env -i ${WORKTREE_VARIABLE}="$PWD" "$@"
`;
