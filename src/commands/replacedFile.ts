import { basename, join } from "node:path";
import { readBoundedFile } from "../core/boundedFile.ts";
import type { Clock } from "../core/clock.ts";
import { removeUnfinished, writeFileAtomic } from "../core/files.ts";
import { kilobytes } from "../core/kilobytes.ts";
import { Refusal } from "../core/refusal.ts";
import { stateDirectoryFor } from "../core/stateDirectory.ts";
import { unreachable } from "../core/unreachable.ts";
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

/** More than any file of ours has. */
const MAX_REPLACED_BYTES = 16 * 2 ** 20;

/**
 * Throws `Refusal` for a file that is none of ours: an `--output` by mistake must not cost a README.
 * @returns what the file holds by now; undefined: there is none
 */
export async function refuseToReplaceOthers(replacement: Replacement): Promise<string | undefined> {
  const { shown, kind, isOfKind, isDefault } = replacement;
  const existing = (await contentOf(replacement))?.toString("utf8");
  if (existing === undefined || existing.trim() === "" || isDefault || isOfKind(existing)) return existing;
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
  await removeUnfinished(replacement.path);
  const existing = await contentOf(replacement);
  if (existing === undefined || existing.equals(Buffer.from(text, "utf8"))) {
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

/** As bytes: what is kept of a file is what was in it, text or not. */
async function contentOf({ path, shown }: Pick<Replacement, "path" | "shown">): Promise<Buffer | undefined> {
  const read = await readBoundedFile(path, MAX_REPLACED_BYTES);
  if (read.ok) return read.value;
  switch (read.failure.reason) {
    case "missing":
      return undefined;
    case "too_large":
      throw new Refusal(`${shown} has ${kilobytes(read.failure.bytes)}, more than a file of ours: move it away.`);
    case "not_a_file":
      throw new Refusal(`${shown} cannot be written: ${read.failure.message}; choose another file.`);
    case "unreadable":
      throw new Refusal(`${shown} cannot be replaced, since it cannot be read: ${read.failure.message}.`);
    default:
      return unreachable(read.failure);
  }
}
