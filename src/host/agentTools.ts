import type { Hooks, ToolDefinition } from "@opencode-ai/plugin";
import { z } from "zod";
import { ACKNOWLEDGE_TOOL, AMEND_SCOPE_TOOL, CHECKPOINT_TOOL } from "../core/agentSupervisor.ts";
import { personRequestOf } from "./personRequest.ts";
import type { Supervision } from "./supervision.ts";

const NOBODY = "Nobody listens: this session is not at work on a task.";

/** The tools a worker has besides OpenCode's own: to ask for more scope, to say that it has read a notice, to ask a person. */
export function agentTools(supervision: Supervision): NonNullable<Hooks["tool"]> {
  return {
    [AMEND_SCOPE_TOOL]: defined(
      "Asks for more paths that you may write, when the task cannot be done without them. The answer says whether you may.",
      {
        paths: z.array(z.string()).min(1).max(20).describe("paths in the repository, relative to its root"),
        reason: z.string().min(1).max(500).describe("why the task needs them, in one sentence"),
      },
      async (given: { paths?: unknown; reason?: unknown }, sessionID) => {
        const paths = Array.isArray(given.paths) ? given.paths.map(String) : [];
        const request = { paths, reason: String(given.reason ?? "") };
        return (await supervision.supervisorOf(sessionID)?.amendScope(request)) ?? NOBODY;
      },
    ),
    [ACKNOWLEDGE_TOOL]: defined(
      "Says that you have read the notice with this id and heed it.",
      { id: z.string().describe("the notice's id") },
      async (given: { id?: unknown }, sessionID) =>
        (await supervision.supervisorOf(sessionID)?.acknowledge(String(given.id ?? ""))) ?? NOBODY,
    ),
    [CHECKPOINT_TOOL]: defined(
      "Asks a person, and ends this session: the next one goes on from your files with the answer.",
      {
        message: z.string().describe("the question, with what one has to know to answer it"),
        options: z.array(z.string()).optional().describe("up to 6 short answers to choose from"),
        resume_id: z.string().optional().describe("a name for the place you stop at"),
      },
      async (given: Readonly<Record<string, unknown>>, sessionID) => {
        const request = personRequestOf(given);
        if (!request.ok) return request.failure;
        return (await supervision.supervisorOf(sessionID)?.askPerson(request.value)) ?? NOBODY;
      },
    ),
  };
}

function defined<Given>(
  description: string,
  args: z.ZodRawShape,
  answer: (given: Given, sessionID: string) => Promise<string>,
): ToolDefinition {
  return {
    description,
    // The plugin API's types come with a zod of their own; the shapes are the same.
    args: args as unknown as ToolDefinition["args"],
    execute: (given, { sessionID }) => answer(given as Given, sessionID),
  };
}
