import { type CommandEnding, readEnding } from "./commandEnding.ts";
import { collectLongResult } from "./longResults.ts";
import { isVerb, PIPELINE_TOOL } from "./names.ts";
import { dialogInput, MOST_QUESTIONS, newDialogCallId, QUESTION_TOOL, readDialogAnswers } from "./questionDialog.ts";
import { quoted, readWord } from "./words.ts";

interface ToolOutput {
  readonly type: string;
  readonly value?: unknown;
}

export interface PromptPart {
  readonly type: string;
  readonly text?: string;
  readonly output?: ToolOutput;
  readonly toolCallId?: string;
  readonly toolName?: string;
}

export interface PromptMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string | readonly PromptPart[];
}

/** What OpenCode calls the model with, as far as the model looks at it. */
export interface CallOptions {
  readonly prompt: readonly PromptMessage[];
  readonly tools?: readonly { readonly name: string }[];
}

export interface ToolUse {
  readonly id: string;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export type Reply =
  /** `text` is said before. */
  | { readonly kind: "calls"; readonly calls: readonly ToolUse[]; readonly text?: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "error"; readonly message: string; readonly report?: string };

/**
 * What the model answers to a conversation: a pure function of what was said since the person's last message.
 *
 *     command line ─► the command ─► its ending: report, or reason
 *                         ▲              │ questions, where OpenCode offers its dialog; each once
 *                         │              ▼
 *               answer … (each) ◄─ what the person chose        dismissed: OpenCode ends the turn by itself
 */
export function replyTo({ prompt, tools = [] }: CallOptions): Reply {
  const last = prompt.at(-1);
  if (last === undefined) return { kind: "error", message: "The pipeline model was called without a message." };
  const offers = (name: string) => tools.some((tool) => tool.name === name);
  const since = prompt.findLastIndex((message) => message.role === "user");
  if (last.role === "tool") {
    const commandLine = since === -1 ? "" : textOf(prompt[since]);
    return new CommandTurn(commandLine, prompt.slice(since + 1)).reply(offers(QUESTION_TOOL));
  }
  const text = textOf(last);
  const verb = readWord(text, 0)?.value ?? "";
  if (offers(PIPELINE_TOOL) && isVerb(verb)) return { kind: "calls", calls: [commandCall(text)] };
  return {
    kind: "error",
    message:
      "This model only runs the commands of multi-agent-coder. To chat, connect a model with 'opencode auth login' and choose it.",
  };
}

/** The results of one step, all of one tool. */
interface Step {
  readonly tool: string;
  readonly outputs: readonly ToolOutput[];
}

/** One command of a person's, and what has come of it so far. */
class CommandTurn {
  private readonly commandLine: string;
  private readonly steps: readonly Step[];

  constructor(commandLine: string, messages: readonly PromptMessage[]) {
    this.commandLine = commandLine;
    this.steps = messages.filter(({ role }) => role === "tool").map(stepOf);
  }

  reply(canAsk: boolean): Reply {
    const last = this.steps.at(-1);
    if (last === undefined || last.outputs.length === 0)
      return { kind: "error", message: "The command ended without a result." };
    if (last.tool === QUESTION_TOOL) return this.takeAnswers(last);
    if (this.steps.at(-2)?.tool === QUESTION_TOOL) return this.goOn(last);
    return this.tell(last, canAsk);
  }

  /** The command itself has ended. */
  private tell(step: Step, canAsk: boolean): Reply {
    const [ending] = endingsOf(step);
    const { report = "", reason } = ending ?? {};
    if (reason === undefined) return { kind: "text", text: report };
    const questions = canAsk ? this.questionsAt(this.steps.length - 1) : [];
    if (questions.length === 0) return { kind: "error", message: reason, report };
    // Said before, since OpenCode asks this model nothing more after a dialog that was dismissed.
    const call = { id: newDialogCallId(), tool: QUESTION_TOOL, input: dialogInput(questions) };
    return { kind: "calls", text: [report, reason].filter((text) => text !== "").join("\n"), calls: [call] };
  }

  private takeAnswers(dialog: Step): Reply {
    const [output] = dialog.outputs;
    const answers = output === undefined || isFailure(output) ? [] : readDialogAnswers(textOfOutput(output));
    const calls = this.questionsAt(this.steps.length - 2).flatMap(({ checkpoint }, index) => {
      const answer = answers[index];
      return answer === undefined ? [] : [commandCall(`answer --checkpoint=${checkpoint} --input=${quoted(answer)}`)];
    });
    if (calls.length > 0) return { kind: "calls", calls };
    const [ending] = this.endingsAt(this.steps.length - 2);
    return { kind: "error", message: ending?.reason ?? "No question was answered." };
  }

  /** Every answer is given: the command goes on with them. */
  private goOn(step: Step): Reply {
    const failed = endingsOf(step).flatMap(({ reason }) => reason ?? []);
    if (failed.length > 0) return { kind: "error", message: failed.join(" ") };
    return { kind: "calls", calls: [commandCall(this.commandLine)] };
  }

  /** What the dialog after the command's ending at `index` asks: nothing that an earlier one has asked. */
  private questionsAt(index: number): CommandEnding["questions"] {
    const asked = new Set<string>();
    let shown: CommandEnding["questions"] = [];
    for (let at = 0; at <= index; at++) {
      const open = this.endingsAt(at).flatMap(({ questions }) => questions);
      shown = open.filter(({ checkpoint }) => !asked.has(checkpoint)).slice(0, MOST_QUESTIONS);
      for (const { checkpoint } of shown) asked.add(checkpoint);
    }
    return shown;
  }

  private endingsAt(index: number): readonly CommandEnding[] {
    const step = this.steps[index];
    return step?.tool === PIPELINE_TOOL ? endingsOf(step) : [];
  }
}

function stepOf(message: PromptMessage): Step {
  const results = partsOf(message).filter((part) => part.type === "tool-result");
  const outputs = results.flatMap(({ output }) => (output === undefined ? [] : [output]));
  return { tool: results[0]?.toolName ?? "", outputs };
}

function endingsOf({ outputs }: Step): readonly CommandEnding[] {
  return outputs.map((output) =>
    isFailure(output)
      ? { report: "", reason: textOfOutput(output), questions: [] }
      : readEnding(collectLongResult(textOfOutput(output))),
  );
}

function isFailure({ type }: ToolOutput): boolean {
  return type.startsWith("error") || type === "execution-denied";
}

function textOfOutput({ value }: ToolOutput): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

function commandCall(commandLine: string): ToolUse {
  return { id: `call_${crypto.randomUUID()}`, tool: PIPELINE_TOOL, input: { command: commandLine } };
}

export function partsOf(message: PromptMessage | undefined): readonly PromptPart[] {
  return message === undefined || typeof message.content === "string" ? [] : message.content;
}

function textOf(message: PromptMessage | undefined): string {
  if (typeof message?.content === "string") return message.content;
  return partsOf(message)
    .map((part) => (part.type === "text" ? (part.text ?? "") : ""))
    .join("");
}
