import { unreachable } from "../../src/core/unreachable.ts";
import type { PlanAnswer, PlanningPerspective } from "../../src/types.ts";
import { call, type ModelReply, text, tools } from "./modelReply.ts";
import {
  askedRole,
  firstUserText,
  type ModelRequest,
  perspectiveOf,
  STRUCTURED_OUTPUT_TOOL,
  toolResults,
} from "./modelRequest.ts";
import type { ModelHandler } from "./modelServer.ts";
import type { FileTree } from "./repository.ts";

type Answer<Subject> = (subject: Subject, request: ModelRequest) => ModelReply | Promise<ModelReply>;

/** What each role of the pipeline answers in a test; a role that is not scripted is an error of the test. */
export interface PipelineScript {
  /** By the planner's perspective. */
  readonly planner?: Answer<PlanningPerspective>;
  readonly researcher?: ModelHandler;
  readonly backlog?: ModelHandler;
  readonly reviewer?: ModelHandler;
  /** By the task's id. */
  readonly worker?: Answer<string>;
}

export function pipelineHandler(script: PipelineScript): ModelHandler {
  return (request) => {
    const role = askedRole(request);
    switch (role) {
      case "planner":
        return script.planner?.(perspectiveOf(request), request) ?? unscripted(role);
      case "researcher":
        return script.researcher?.(request) ?? unscripted(role);
      case "backlog":
        return script.backlog?.(request) ?? unscripted(role);
      case "worker":
        return script.worker?.(taskOf(request) ?? "", request) ?? unscripted(role);
      case "reviewer":
        return script.reviewer?.(request) ?? unscripted(role);
      // Every model that is routed to is asked for a sign of life first.
      case "probe":
        return text("ok");
      case "other":
        return unscripted(role);
      default:
        return unreachable(role);
    }
  };
}

/** The task a worker was sent; undefined for every other role. */
export function taskOf(request: ModelRequest): string | undefined {
  return /^Task (\S+):/m.exec(firstUserText(request))?.[1];
}

export function structured(answer: unknown): ModelReply {
  return tools(call(STRUCTURED_OUTPUT_TOOL, answer as Readonly<Record<string, unknown>>));
}

/** A worker that writes these files, all in one turn, and then says that it is done. */
export function writesThenDone(files: FileTree): (request: ModelRequest) => ModelReply {
  return (request) => {
    if (toolResults(request).some((result) => result.tool === "write")) return text("Done.");
    return tools(...Object.entries(files).map(([filePath, content]) => call("write", { filePath, content })));
  };
}

/** The smallest plan that is one: a file for each item, one after the other. */
export function planOf(title: string, ...paths: readonly string[]): PlanAnswer {
  return {
    title,
    goal: `${title}.`,
    approach: "One file after the other.",
    items: paths.map((path, index) => ({
      id: String(index + 1),
      title: `Write ${path}`,
      description: `Write the file ${path}.`,
      files: [path],
      depends_on: index === 0 ? [] : [String(index)],
      acceptance: [`test -f ${path}`],
    })),
    risks: [],
    acceptance: [],
  };
}

function unscripted(role: string): ModelReply {
  return { kind: "error", status: 400, message: `This test scripts no ${role}` };
}
