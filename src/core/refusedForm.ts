import type { AgentFailure, AnswerForm } from "./agentRunner.ts";

/**
 * True for a provider that will not take an answer by schema, and may take the same question in words: some take no
 * forced tool call, which is how OpenCode asks for such an answer, and say so in this way.
 */
export function refusesTheForm({ reason, message, retryable }: AgentFailure, by: AnswerForm["by"]): boolean {
  const isAboutTheForm = /tool|schema|format|structured|function/iu.test(message);
  return reason === "provider" && by === "schema" && !retryable && isAboutTheForm;
}
