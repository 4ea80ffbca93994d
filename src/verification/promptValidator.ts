import type { AgentRole, SpawnOptions } from "../core/agentRunner.ts";
import { messageOf } from "../core/refusal.ts";
import { failure, type Result, success } from "../core/result.ts";
import { withResumeData } from "../core/resumeData.ts";
import { sendableText } from "../core/sendableText.ts";
import { withTimeLimit } from "../core/timeLimit.ts";
import { unreachable } from "../core/unreachable.ts";
import { utf8Length } from "../core/utf8.ts";
import { describeSecret, type SecretFinding, scanForSecrets } from "./secretScan.ts";

/** Most bytes of UTF-8 a role is sent as prompt. A worker's is a contract (M5); the others keep a runaway away. */
export const PROMPT_BYTES: Readonly<Record<AgentRole, number>> = {
  planner: 40_960,
  researcher: 40_960,
  backlog: 262_144,
  worker: 3_072,
  patcher: 3_072,
  reviewer: 40_960,
  probe: 1_024,
};
/** The same for the role's system text; a worker's holds the repository's AGENTS.md, capped at half of it. */
const SYSTEM_BYTES = 16_384;

/** O2. Loading what looks for keys takes most of it. */
const TIME_LIMIT_MS = 10_000;

/** The texts of a spawn that reach a model. */
export type PromptParts = Pick<SpawnOptions, "system" | "resumeData"> & { readonly prompt: string };
type Part = "prompt" | "system text" | "answer";

export type PromptProblem =
  | { readonly reason: "too_large"; readonly part: Part; readonly bytes: number; readonly limit: number }
  | { readonly reason: "secret"; readonly part: Part; readonly secret: SecretFinding }
  | { readonly reason: "not_checked"; readonly message: string };

export interface CheckedPrompt {
  /** As they may be sent: see `sendableText`. */
  readonly parts: PromptParts;
  /** Keys that a `secretlint-disable` comment lets through, a line each. */
  readonly notices: readonly string[];
}

/**
 * O2: the check every prompt passes, whatever its role: within the role's size, no key or token. Control characters and
 * halves of characters are taken out. What the text asks for is not judged: it is data.
 */
export async function checkPrompt(
  role: AgentRole,
  { prompt, system, resumeData }: PromptParts,
): Promise<Result<CheckedPrompt, PromptProblem>> {
  const parts: PromptParts = {
    prompt: sendableText(prompt),
    system: sendableText(system),
    ...(resumeData === undefined
      ? {}
      : { resumeData: { ...resumeData, userInput: sendableText(resumeData.userInput) } }),
  };
  const tooLarge = sizeProblem(role, parts);
  if (tooLarge !== undefined) return failure(tooLarge);
  try {
    return await withTimeLimit(() => lookForSecrets(parts), TIME_LIMIT_MS, "the check of a prompt");
  } catch (error) {
    return failure({ reason: "not_checked", message: messageOf(error) });
  }
}

/** A problem in one line. It never repeats what it found. */
export function describePromptProblem(problem: PromptProblem): string {
  switch (problem.reason) {
    case "too_large":
      return `the ${problem.part} takes ${problem.bytes} bytes, at most ${problem.limit} are sent`;
    case "secret":
      return `the ${problem.part} holds ${describeSecret(problem.secret)}: take it out, or mark its line with secretlint-disable-line`;
    case "not_checked":
      return `the prompt could not be checked for keys: ${problem.message}`;
    default:
      return unreachable(problem);
  }
}

function sizeProblem(role: AgentRole, { prompt, system, resumeData }: PromptParts): PromptProblem | undefined {
  const sizes: readonly (readonly [Part, number, number])[] = [
    ["prompt", utf8Length(withResumeData(prompt, resumeData)), PROMPT_BYTES[role]],
    ["system text", utf8Length(system), SYSTEM_BYTES],
  ];
  const [part, bytes, limit] = sizes.find(([, size, most]) => size > most) ?? [];
  if (part === undefined || bytes === undefined || limit === undefined) return undefined;
  return { reason: "too_large", part, bytes, limit };
}

async function lookForSecrets(parts: PromptParts): Promise<Result<CheckedPrompt, PromptProblem>> {
  const texts: readonly (readonly [Part, string])[] = [
    ["prompt", parts.prompt],
    ["system text", parts.system],
    ["answer", parts.resumeData?.userInput ?? ""],
  ];
  const notices: string[] = [];
  for (const [part, text] of texts) {
    const { found, allowed } = await scanForSecrets(text);
    const [secret] = found;
    if (secret !== undefined) return failure({ reason: "secret", part, secret });
    notices.push(
      ...allowed.map(
        (one) => `the ${part} holds ${describeSecret(one)}, sent because a secretlint-disable comment says so`,
      ),
    );
  }
  return success({ parts, notices });
}
