import { createHash } from "node:crypto";
import type { ControlRepository } from "../../git/controlRepository.ts";
import { type Git, splitNul } from "../../git/gitProcess.ts";
import { setupInputs } from "./setupInputs.ts";

/** Raised when images are made or read in another way. */
const FORMAT = 1;

export interface SetupKeySources {
  readonly git: Git;
  readonly control: ControlRepository;
  readonly commands: readonly string[];
  /** Everything outside the repository that decides what an installation looks like. */
  readonly surroundings: string;
}

/** What `setup` makes of a commit, by name. */
export interface SetupKey {
  /** The same for commits with the same manifests, lockfiles and scripts of `setup`, on the same machine. */
  readonly dependencies: string;
  /** The same for commits with the same files only. */
  readonly tree: string;
}

export async function readSetupKey(
  { git, control, commands, surroundings }: SetupKeySources,
  commit: string,
): Promise<SetupKey> {
  const options = { cwd: control.directory, gitDir: control.directory, isolated: true };
  const listed = await git.must(["ls-tree", "-r", "-z", "--full-tree", commit], options);
  const ids = new Map(
    splitNul(listed).map((entry) => {
      const tab = entry.indexOf("\t");
      return [entry.slice(tab + 1), entry.slice(0, tab)] as const;
    }),
  );
  const inputs = await setupInputs([...ids.keys()], commands, (path) => control.readFile(commit, path));
  const lines = inputs.map((path) => `${ids.get(path)}\t${path}`);
  const dependencies = digest([String(FORMAT), surroundings, ...commands, "", ...lines]);
  return { dependencies, tree: `${dependencies}-${digest([listed]).slice(0, 12)}` };
}

function digest(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part}\0`);
  return hash.digest("hex").slice(0, 24);
}
