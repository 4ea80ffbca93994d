import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ControlRepository } from "./controlRepository.ts";
import type { Git } from "./gitProcess.ts";
import type { UserRepository } from "./userRepository.ts";

/**
 * Copies into the user's repository the objects of `commit` that `known`, commits it already has, do not lead to.
 *
 * A pack is unpacked instead of fetched: no transport, so no FETCH_HEAD, ref, tag, hook or housekeeping of the user's
 * comes into play. They become loose objects; the user's own `git gc` packs them as it does their own.
 */
export async function copyObjects(
  git: Git,
  control: ControlRepository,
  user: UserRepository,
  commit: string,
  known: readonly string[],
): Promise<void> {
  const input = await packOf(git, control, commit, known);
  if (input === undefined) return;
  await git.must(["unpack-objects", "-q"], {
    cwd: user.root,
    config: ["core.fsync=all", "core.fsyncMethod=batch"],
    input,
  });
}

/**
 * Takes into control.git what it only borrows of the user's repository: the objects of `commit` that `known` commits do not
 * lead to. They are stored as a pack, since loose objects that are to be had elsewhere are not written again.
 */
export async function adoptObjects(
  git: Git,
  control: ControlRepository,
  commit: string,
  known: readonly string[],
): Promise<void> {
  const input = await packOf(git, control, commit, known);
  if (input === undefined) return;
  await git.must(["index-pack", "--stdin"], {
    cwd: control.directory,
    gitDir: control.directory,
    isolated: true,
    input,
  });
}

/**
 * Made within control.git, which sees the user's objects too: git finishes a pack by renaming it, which cannot lead to
 * another file system, as the system's temporary folder may be. Undefined: `known` leads to all of it.
 */
async function packOf(
  git: Git,
  control: ControlRepository,
  commit: string,
  known: readonly string[],
): Promise<Buffer | undefined> {
  const folder = await mkdtemp(join(control.directory, "transfer-"));
  try {
    const revisions = [commit, ...known.map((one) => `^${one}`)].join("\n");
    await git.must(["pack-objects", "--revs", "--quiet", join(folder, "objects")], {
      cwd: control.directory,
      gitDir: control.directory,
      isolated: true,
      // Gone in a moment: it need not survive a loss of power, what is unpacked from it does.
      config: ["core.fsync=none"],
      input: `${revisions}\n`,
    });
    const pack = (await readdir(folder)).find((name) => name.endsWith(".pack"));
    return pack === undefined ? undefined : await readFile(join(folder, pack));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
