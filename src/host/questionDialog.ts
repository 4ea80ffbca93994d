/**
 * OpenCode's own question dialog, for what a run asks a person. The pipeline model calls OpenCode's tool `question`, which
 * is offered only where somebody can answer: `opencode run` denies it to its sessions. What the person chose comes back as
 * the tool's result, in a sentence that cannot be taken apart again; so the plugin, which hears the answers themselves,
 * writes them in its place. (OpenCode 1.18: tool/question, cli/cmd/run; docs/HOST.md.)
 */
import type { Hooks } from "@opencode-ai/plugin";
import type { OpenQuestion } from "../core/commandContext.ts";
import { parseJson } from "../core/parseJson.ts";
import { field } from "./sessionEvents.ts";

export const QUESTION_TOOL = "question";

/** Begins the id of each of our calls, by which the plugin knows them from those of the person's own agents. */
const CALL_PREFIX = "call_mac_question_";

/** More do not fit beside one another. */
export const MOST_QUESTIONS = 4;

export function newDialogCallId(): string {
  return `${CALL_PREFIX}${crypto.randomUUID()}`;
}

/** The arguments of a call. A person can always type other words than those of the options. */
export function dialogInput(questions: readonly OpenQuestion[]): Readonly<Record<string, unknown>> {
  return {
    questions: questions.map(({ task, text, options }) => ({
      question: text,
      header: task.slice(0, 30),
      options: options.map(({ answer, meaning }) => ({ label: answer, description: meaning })),
    })),
  };
}

/** OpenCode's hook after a tool: the result of a dialog of ours becomes the answers, as JSON. */
export const keepDialogAnswers: NonNullable<Hooks["tool.execute.after"]> = async ({ tool, callID }, output) => {
  if (tool !== QUESTION_TOOL || !callID.startsWith(CALL_PREFIX)) return;
  output.output = JSON.stringify(field(output.metadata, "answers") ?? []);
};

/** By question, in the dialog's order; undefined for one that was left open. Empty: the dialog was dismissed. */
export function readDialogAnswers(result: string): readonly (string | undefined)[] {
  const answers = parseJson(result);
  if (!Array.isArray(answers)) return [];
  return answers.map((chosen) =>
    Array.isArray(chosen) ? chosen.map(String).find((text) => text.trim() !== "") : undefined,
  );
}
