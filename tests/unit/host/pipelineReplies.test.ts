import { expect, test } from "bun:test";
import type { OpenQuestion } from "../../../src/core/commandContext.ts";
import { writeEnding } from "../../../src/host/commandEnding.ts";
import { parseCommandLine } from "../../../src/host/commandLine.ts";
import { type PromptMessage, type Reply, replyTo } from "../../../src/host/pipelineReplies.ts";
import { keepDialogAnswers } from "../../../src/host/questionDialog.ts";

const question = (task: string, ...options: string[]): OpenQuestion => ({
  checkpoint: `run-${task}-1`,
  task,
  text: `Which word of ${task}?`,
  options: options.map((answer) => ({ answer, meaning: "" })),
});

const user = (content: string): PromptMessage => ({ role: "user", content });
const result = (toolName: string, ...values: string[]): PromptMessage => ({
  role: "tool",
  content: values.map((value) => ({ type: "tool-result", toolName, output: { type: "text", value } })),
});
const ended = (...questions: OpenQuestion[]) =>
  result("mac_pipeline", writeEnding({ report: "1 of 3 landed.", reason: "T1 asks you: Which?", questions }));
const chosen = (...answers: string[][]) => result("question", JSON.stringify(answers));
const GIVEN = result("mac_pipeline", "T1 goes on with your answer.");

const inTerminal = (...prompt: PromptMessage[]) =>
  replyTo({ prompt, tools: [{ name: "mac_pipeline" }, { name: "question" }] });
const underRun = (...prompt: PromptMessage[]) => replyTo({ prompt, tools: [{ name: "mac_pipeline" }] });

const commandsOf = (reply: Reply) => (reply.kind === "calls" ? reply.calls.map(({ input }) => input.command) : []);
const askedOf = (reply: Reply) =>
  reply.kind === "calls" ? reply.calls.flatMap(({ input }) => (input.questions ?? []) as { header: string }[]) : [];

test("what waits is asked in OpenCode's dialog where it is offered, after the report and the way to answer later", () => {
  const reply = inTerminal(user("implement --workers=2"), ended(question("T1", "the old", "the new"), question("T2")));
  expect(reply).toMatchObject({ kind: "calls", text: "1 of 3 landed.\nT1 asks you: Which?" });
  expect(askedOf(reply)).toEqual([
    {
      header: "T1",
      question: "Which word of T1?",
      options: [
        { label: "the old", description: "" },
        { label: "the new", description: "" },
      ],
    },
    { header: "T2", question: "Which word of T2?", options: [] },
  ] as never);
});

test("where it is not, as under opencode run, the command ends with the reason", () => {
  const error = { kind: "error", message: "T1 asks you: Which?", report: "1 of 3 landed." } as const;
  expect(underRun(user("implement"), ended(question("T1")))).toEqual(error);
  expect(inTerminal(user("implement"), ended())).toEqual(error);
});

test("what was chosen goes through the command answer, word for word, and the same command goes on", () => {
  const words = 'my "own"\\\nwords, --help';
  const before = [user("implement --workers=2"), ended(question("T1", "a"), question("T2"), question("T3"))];
  const reply = inTerminal(...before, chosen(["a"], [], [words]));
  const commands = commandsOf(reply).map((command) => parseCommandLine(String(command)));
  expect(commands).toMatchObject([
    { ok: true, value: { verb: "answer", flags: { checkpoint: "run-T1-1", input: "a" } } },
    { ok: true, value: { verb: "answer", flags: { checkpoint: "run-T3-1", input: words } } },
  ]);
  const next = inTerminal(...before, chosen(["a"], [], [words]), GIVEN);
  expect(commandsOf(next)).toEqual(["implement --workers=2"]);
});

test("each question is asked once: what was left open ends the command, what is new is asked", () => {
  const before = [user("implement"), ended(question("T1"), question("T2")), chosen(["a"], []), GIVEN];
  expect(inTerminal(...before, ended(question("T2")))).toMatchObject({ kind: "error", message: "T1 asks you: Which?" });
  expect(askedOf(inTerminal(...before, ended(question("T2"), question("T3")))).map(({ header }) => header)).toEqual([
    "T3",
  ]);
});

test("four are asked at a time, the others in the next dialog", () => {
  const all = ["T1", "T2", "T3", "T4", "T5", "T6"].map((task) => question(task));
  const first = [user("implement"), ended(...all)];
  expect(askedOf(inTerminal(...first)).map(({ header }) => header)).toEqual(["T1", "T2", "T3", "T4"]);
  const second = inTerminal(...first, chosen(["a"], ["b"], ["c"], ["d"]), GIVEN, ended(...all.slice(4)));
  expect(askedOf(second).map(({ header }) => header)).toEqual(["T5", "T6"]);
});

test("a new message of the person's asks anew", () => {
  const before = [user("implement"), ended(question("T1")), user("implement")];
  expect(askedOf(inTerminal(...before, ended(question("T1")))).map(({ header }) => header)).toEqual(["T1"]);
});

test("a dialog that was dismissed, answered with nothing, or in words nobody can read ends the command", () => {
  const before = [user("implement"), ended(question("T1"))];
  const dismissed: PromptMessage = {
    role: "tool",
    content: [
      { type: "tool-result", toolName: "question", output: { type: "error-text", value: "The user dismissed this" } },
    ],
  };
  for (const after of [dismissed, chosen([]), chosen([" "]), chosen(), result("question", 'User said "x"="y"')])
    expect(inTerminal(...before, after)).toEqual({ kind: "error", message: "T1 asks you: Which?" });
});

test("an answer that is refused is said, and the command does not go on", () => {
  const refusal = writeEnding({ report: "", reason: "--input is too long.", questions: [] });
  const before = [user("implement"), ended(question("T1")), chosen(["a"])];
  expect(inTerminal(...before, result("mac_pipeline", refusal))).toEqual({
    kind: "error",
    message: "--input is too long.",
  });
});

test("the plugin puts the answers where OpenCode has a sentence, for dialogs of ours alone", async () => {
  const after = async (tool: string, callID: string) => {
    const output = { title: "", output: "User has answered", metadata: { answers: [["a"], []] } };
    await keepDialogAnswers({ tool, sessionID: "s", callID, args: {} }, output);
    return output.output;
  };
  const reply = inTerminal(user("implement"), ended(question("T1")));
  const ours = reply.kind === "calls" ? (reply.calls[0]?.id ?? "") : "";
  expect(await after("question", ours)).toBe('[["a"],[]]');
  expect(await after("question", "call_of_another")).toBe("User has answered");
  expect(await after("bash", ours)).toBe("User has answered");
});
