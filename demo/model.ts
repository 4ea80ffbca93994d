import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { unreachable } from "../src/core/unreachable.ts";
import { call, type ModelReply, type ToolCall, text, tools } from "../tests/support/modelReply.ts";
import {
  answerSchema,
  askedRole,
  firstUserText,
  type ModelRequest,
  offersTool,
  perspectiveOf,
  STRUCTURED_OUTPUT_TOOL,
  type ToolResult,
  toolResults,
} from "../tests/support/modelRequest.ts";
import { fitToSchema } from "./fitToSchema.ts";
import { PLANNER_ANSWERS } from "./planners.ts";
import { DEMO_RESEARCH } from "./research.ts";
import { DEMO_DRAFT, DEMO_STEPS, type DemoStep, FEATURE_TITLE } from "./steps.ts";

/** A fast model's turn. A worker's is longer than OpenCode needs to open a worktree, so that tasks overlap visibly. */
const THINKING_MS = {
  planner: 300,
  researcher: 300,
  backlog: 300,
  worker: 900,
  reviewer: 300,
  probe: 0,
  other: 0,
} as const;

/**
 * The demo's model: it knows one feature by heart, and plays planner, researcher, backlog drafter and worker. Which one is wanted,
 * it tells from the request alone, as any model would. The product knows nothing of it.
 */
export async function demoModel(request: ModelRequest): Promise<ModelReply> {
  const role = askedRole(request);
  await delay(THINKING_MS[role], undefined, { signal: request.signal });
  switch (role) {
    case "planner":
      return lookThenAnswer(request, PLANNER_ANSWERS[perspectiveOf(request)]);
    case "researcher":
      return lookThenAnswer(request, DEMO_RESEARCH);
    case "backlog":
      return lookThenAnswer(request, DEMO_DRAFT);
    case "worker":
      return work(request);
    case "reviewer":
      return lookThenAnswer(request, reviewOf(request));
    case "probe":
      return text("ready");
    case "other":
      return text(FEATURE_TITLE);
    default:
      return unreachable(role);
  }
}

/** Reads two files, as a careful planner does, then answers by the schema it was given. */
function lookThenAnswer(request: ModelRequest, answer: unknown): ModelReply {
  if (toolResults(request).length === 0 && offersTool(request, "read")) {
    return tools(call("read", { filePath: "README.md" }), call("read", { filePath: "src/index.ts" }));
  }
  const fitted = fitToSchema(answer, answerSchema(request)) as ToolCall["input"];
  return tools(call(STRUCTURED_OUTPUT_TOOL, fitted));
}

/** Finds every criterion met, in the files that a look at the finished package shows. */
function reviewOf(request: ModelRequest): unknown {
  const listed = firstUserText(request).match(/^\d+\. /gm) ?? [];
  const evidence = [{ path: "src/index.ts" }, { path: "README.md" }];
  return { criteria: listed.map((_, index) => ({ criterion: index + 1, met: true, evidence })) };
}

/** Reads, writes, runs the tests, says what it did: one tool turn after the other. */
async function work(request: ModelRequest): Promise<ModelReply> {
  const step = stepOf(request);
  if (step === undefined) return text("This is no task of the demo feature; I changed nothing.");
  const done = new Set(toolResults(request).map((result) => result.tool));
  if (!done.has("read")) return tools(...step.reads.map((path) => call("read", { filePath: path })));
  if (!done.has("write")) return tools(...(await writesOf(step, toolResults(request))));
  if (!done.has("bash") && offersTool(request, "bash")) {
    return tools(call("bash", { command: step.check, description: "Runs the task's check" }));
  }
  return text(`Done: ${step.title}. Its check: ${step.check}`);
}

/** The step whose files the task may write; what tasks before it have changed is named elsewhere in the message. */
function stepOf(request: ModelRequest): DemoStep | undefined {
  const [, rest = ""] = firstUserText(request).split("create and change only these paths:\n");
  const [mayWrite = ""] = rest.split("\n\n");
  return DEMO_STEPS.find((step) => step.files.every((path) => mayWrite.includes(path)));
}

/** OpenCode refuses to overwrite a file that the session has not read, so the existing ones are read first. */
async function writesOf(step: DemoStep, results: readonly ToolResult[]): Promise<readonly ToolCall[]> {
  const read = new Set(results.map((result) => (result.input as { filePath?: string }).filePath));
  const unread = step.files.filter((path) => EXISTING.has(path) && !read.has(path));
  if (unread.length > 0) return unread.map((path) => call("read", { filePath: path }));
  return Promise.all(step.files.map(async (path) => call("write", { filePath: path, content: await answerFor(path) })));
}

/** Files of the sample that a step changes. */
const EXISTING: ReadonlySet<string> = new Set(["src/index.ts", "README.md"]);

function answerFor(path: string): Promise<string> {
  return readFile(new URL(`answers/${path}.txt`, import.meta.url), "utf8");
}
