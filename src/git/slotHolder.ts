import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { hasErrorCode, readTextIfExists, syncDirectory, writeFileAtomic } from "../core/files.ts";
import { parseJson } from "../core/parseJson.ts";

const slotHolderSchema = z.object({
  run: z.string(),
  task: z.string(),
  attempt: z.number().int(),
});

/**
 * The attempt whose files lie in a slot. It is on disk from when the slot is ready for it until the slot is rebuilt for
 * anything else, beside our index files, where no agent writes.
 */
export type SlotHolder = Readonly<z.infer<typeof slotHolderSchema>>;

/** Undefined: what lies there is nobody's, as far as is known. */
export async function readSlotHolder(path: string): Promise<SlotHolder | undefined> {
  const text = await readTextIfExists(path);
  const parsed = slotHolderSchema.safeParse(text === undefined ? undefined : parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

export function writeSlotHolder(path: string, holder: SlotHolder): Promise<void> {
  return writeFileAtomic(path, JSON.stringify(holder));
}

/** Durably: after a loss of power nobody may be taken for the holder of what came after. */
export async function removeSlotHolder(path: string): Promise<void> {
  try {
    await rm(path);
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return;
    throw error;
  }
  await syncDirectory(dirname(path));
}
