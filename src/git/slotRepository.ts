import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "./emptyDirectory.ts";
import { writePrivateRepository } from "./privateRepository.ts";
import type { Identity, UserRepository } from "./userRepository.ts";

export interface SlotRepository {
  readonly gitDirectory: string;
  readonly workTree: string;
  readonly user: UserRepository;
  /** Object directories whose objects are readable here. */
  readonly objects: readonly string[];
}

/**
 * Makes a slot's repository anew, on a detached HEAD at `commit`. Where it belongs to the work tree it has what
 * `git worktree add` writes (gitrepository-layout(5)), which insists on an empty directory.
 */
export async function makeSlotRepository(repository: SlotRepository, commit: string): Promise<void> {
  const { gitDirectory, objects, user, workTree } = repository;
  await removeTree(gitDirectory);
  await writePrivateRepository(gitDirectory, user, {
    alternates: objects,
    config: slotConfig(user.identity),
    // The user's global configuration may name filters, which an agent's own git would run without a remote.
    attributes: "* -filter\n",
    durable: false,
  });
  const administration = administrationOf(gitDirectory);
  await mkdir(administration, { recursive: true });
  await writeFile(join(administration, "commondir"), "../..\n");
  await writeFile(join(administration, "gitdir"), `${workTree}/.git\n`);
  await writeFile(join(administration, "HEAD"), `${commit}\n`);
}

/** Where the slot's repository keeps what belongs to the work tree, such as its index. */
export function administrationOf(gitDirectory: string): string {
  return join(gitDirectory, "worktrees", "slot");
}

/** What an agent's own git reads before the user's global configuration could act: no credentials, no signing. */
function slotConfig(identity: Identity): string {
  return `[user]
\tname = ${quoted(identity.name)}
\temail = ${quoted(identity.email)}
[credential]
\thelper =
[commit]
\tgpgSign = false
[tag]
\tgpgSign = false
[push]
\tdefault = nothing
`;
}

/** A value of git's configuration syntax, whatever it holds. */
function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
