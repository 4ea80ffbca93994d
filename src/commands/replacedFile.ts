import { basename, join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { Refusal } from "../core/refusal.ts";
import { stateDirectoryFor } from "../core/stateDirectory.ts";
import type { UserRepository } from "../git/userRepository.ts";

export interface Replacement {
  readonly path: string;
  /** How messages name it. */
  readonly shown: string;
  /** What the file has to be to be replaced: "a plan". */
  readonly kind: string;
  /** True for a text of that kind. */
  readonly isOfKind: (text: string) => boolean;
  /** True for the path the command writes by default: what is there is ours, also when it can no longer be read. */
  readonly isDefault: boolean;
}

/** Throws `Refusal` for a file that is none of ours: an `--output` by mistake must not cost a README. */
export async function refuseToReplaceOthers({ path, shown, kind, isOfKind, isDefault }: Replacement): Promise<void> {
  const existing = await readTextIfExists(path);
  if (existing === undefined || existing.trim() === "" || isDefault || isOfKind(existing)) return;
  throw new Refusal(`--output: ${shown} exists and is not ${kind}; choose another file.`);
}

/**
 * Writes a file people edit, and keeps what it replaces: a person's words are never lost.
 * @returns a line that says where the earlier content is, or undefined when there was none or the same
 */
export async function replaceFile(
  replacement: Pick<Replacement, "path" | "shown">,
  text: string,
  { user, environment, clock }: { user: UserRepository; environment: NodeJS.ProcessEnv; clock: Clock },
): Promise<string | undefined> {
  const existing = await readTextIfExists(replacement.path);
  if (existing === undefined || existing === text) {
    await writeFileAtomic(replacement.path, text);
    return undefined;
  }
  const time = new Date(clock.now()).toISOString().replaceAll(/[:.]/g, "-");
  const { root } = stateDirectoryFor(user.commonDir, environment);
  const kept = join(root, "replaced", `${time}-${basename(replacement.path)}`);
  await writeFileAtomic(kept, existing);
  await writeFileAtomic(replacement.path, text);
  return `The earlier ${replacement.shown} is kept as ${kept}`;
}
