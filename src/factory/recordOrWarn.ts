import { messageOf } from "../core/refusal.ts";

/**
 * Records a version for a command that has more to lose: what goes wrong (no space, a folder that may not be written)
 * is told, and the command goes on.
 * @returns the version's id
 */
export async function recordOrWarn(
  what: string,
  record: () => Promise<string | undefined>,
  warn: (message: string) => void,
): Promise<string | undefined> {
  try {
    return await record();
  } catch (error) {
    warn(`${what} is missing in its history of versions: ${messageOf(error).split("\n")[0] ?? ""}`);
    return undefined;
  }
}
