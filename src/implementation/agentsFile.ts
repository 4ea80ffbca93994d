import { firstLines } from "../backlog/contextCompressor.ts";
import { sendableText } from "../core/sendableText.ts";
import type { ControlRepository } from "../git/controlRepository.ts";
import { describeSecret, scanForSecrets } from "../verification/secretScan.ts";

/** Agents are told a repository's AGENTS.md, up to this many bytes of it. */
export const AGENTS_FILE_BYTES = 8_192;

export interface AgentsFile {
  /** Whole lines of it, as they may be sent; empty when there is none. */
  readonly text: string;
  /** What a person should know about it. */
  readonly notice?: string;
}

/** The AGENTS.md of a commit. One that holds a key is not sent: no worker could start. */
export async function readAgentsFile(control: ControlRepository, commit: string): Promise<AgentsFile> {
  const whole = sendableText((await control.readFile(commit, "AGENTS.md")) ?? "");
  const lines = whole.split("\n");
  const kept = firstLines(lines, AGENTS_FILE_BYTES);
  const text = kept.join("\n");
  const [secret] = (await scanForSecrets(text)).found;
  if (secret !== undefined) {
    return { text: "", notice: `AGENTS.md holds ${describeSecret(secret)}; workers go without the file` };
  }
  if (kept.length === lines.length) return { text };
  return { text, notice: `AGENTS.md is long: workers are told its first ${kept.length} lines` };
}
