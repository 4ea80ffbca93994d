import {
  type AgentRole,
  type AgentRunner,
  type AnswerForm,
  nothingSpent,
  type SpawnOptions,
  type SpawnResult,
} from "../core/agentRunner.ts";
import { sendableText } from "../core/sendableText.ts";
import { truncateUtf8 } from "../core/utf8.ts";
import { checkPrompt, describePromptProblem, PROMPT_BYTES } from "./promptValidator.ts";

/** Around a problem the host says that it is to be mended, in at most this many bytes. */
const CORRECTION_FRAME_BYTES = 256;
/** What is wrong with an answer, as the agent is told: more errors than this help nobody. */
const CORRECTION_BYTES = 16_384;

/**
 * A runner that sends nothing unchecked: what `checkPrompt` refuses ends the spawn before a session is made. Where a
 * `secretlint-disable` comment lets a key through, that is said as a notice.
 */
export function validatedRunner(runner: AgentRunner): AgentRunner {
  return {
    hostSession: runner.hostSession,
    endSessions: (left) => runner.endSessions(left),
    async spawnAgent(role: AgentRole, prompt: string, options: SpawnOptions): Promise<SpawnResult> {
      const { system, resumeData } = options;
      const checked = await checkPrompt(role, { prompt, system, resumeData });
      if (!checked.ok) {
        const message = describePromptProblem(checked.failure);
        return {
          status: "error",
          failure: { reason: "prompt_refused", message, retryable: false },
          metadata: nothingSpent(options.model),
        };
      }
      const { parts, notices } = checked.value;
      for (const message of notices) options.onActivity?.({ kind: "notice", message });
      const { prompt: sendable, ...sent } = parts;
      const answer = options.answer === undefined ? {} : { answer: withinLimits(role, options.answer) };
      return runner.spawnAgent(role, sendable, { ...options, ...sent, ...answer });
    },
  };
}

/** Corrections are prompts too; what is wrong with an answer may quote it. */
function withinLimits(role: AgentRole, answer: AnswerForm): AnswerForm {
  const limit = Math.min(CORRECTION_BYTES, PROMPT_BYTES[role] - CORRECTION_FRAME_BYTES);
  return {
    ...answer,
    problemOf: (value) => {
      const problem = answer.problemOf(value);
      return problem === undefined ? undefined : truncateUtf8(sendableText(problem), limit);
    },
  };
}
