import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { GitError } from "./gitFailure.ts";
import type { Git } from "./gitProcess.ts";

/** The unified difference between two texts of a file, as git shows it for a commit; from its `---` line on. */
export async function differenceOf(git: Git, path: string, before: string, after: string): Promise<string> {
  // Git compares files: these live as long as the comparison, outside every repository.
  const folder = await mkdtemp(join(tmpdir(), "mac-difference-"));
  try {
    for (const [side, text] of [["a", before] as const, ["b", after] as const]) {
      await mkdir(dirname(join(folder, side, path)), { recursive: true });
      await writeFile(join(folder, side, path), text);
    }
    const args = ["diff", "--no-index", "--no-prefix", "--no-ext-diff", "--no-textconv", "--text", "--"];
    const options = { cwd: folder, isolated: true };
    const compared = await git.runAccepting([0, 1], [...args, `a/${path}`, `b/${path}`], options);
    if (!compared.ok) throw new GitError(compared.failure);
    const patch = compared.value.stdout;
    return patch.slice(Math.max(0, patch.search(/^--- /m))).replace(/\n+$/, "");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
