import { join } from "node:path";
import { readTextIfExists } from "../core/files.ts";
import type { Git } from "./gitProcess.ts";
import { withoutFinalNewline } from "./gitProcess.ts";

/**
 * The user's ignore rules that no commit holds: `core.excludesFile` (git's default place when it is not set) and
 * `info/exclude`, in the order of their precedence, as the text of one exclude file.
 */
export async function uncommittedIgnoreRules(git: Git, root: string, commonDir: string): Promise<string> {
  const files = [await excludesFile(git, root), join(commonDir, "info", "exclude")];
  const texts = await Promise.all(files.map((file) => (file === undefined ? "" : readTextIfExists(file))));
  return texts.map((text) => text ?? "").join("\n");
}

async function excludesFile(git: Git, root: string): Promise<string | undefined> {
  const configured = await git.run(["config", "--type=path", "--get", "core.excludesFile"], { cwd: root });
  if (configured.ok) return withoutFinalNewline(configured.value);
  const { XDG_CONFIG_HOME: configHome, HOME: home } = git.environment;
  if (configHome) return join(configHome, "git", "ignore");
  return home === undefined ? undefined : join(home, ".config", "git", "ignore");
}
