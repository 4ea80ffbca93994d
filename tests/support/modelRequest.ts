import type { IncomingHttpHeaders } from "node:http";
import type { PlanningPerspective } from "../../src/types.ts";
import type { Usage } from "./modelReply.ts";

/** One message as OpenAI-compatible clients send it. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content?: string | readonly { readonly type: string; readonly text?: string }[] | null;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
  readonly tool_call_id?: string;
}

export interface ChatTool {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description?: string;
    readonly parameters?: Readonly<Record<string, unknown>>;
  };
}

/** The body of POST /v1/chat/completions, as far as a scripted model looks at it. */
export interface ChatBody {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ChatTool[];
  readonly stream?: boolean;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly seed?: number;
}

/** One request as the server saw it. Times are milliseconds since the epoch. */
export interface ModelRequest {
  /** From 1, in order of arrival. */
  readonly sequence: number;
  readonly startedAt: number;
  /** Undefined while it is being answered. */
  readonly endedAt: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: ChatBody;
  /** Size of the body in bytes. */
  readonly bytes: number;
  /** Fires when the client hangs up before the answer is complete. */
  readonly signal: AbortSignal;
  /** What the answer claimed; zero until there is one. */
  readonly usage: Usage;
}

/** A tool result together with the call it answers. */
export interface ToolResult {
  readonly tool: string;
  readonly input: unknown;
  readonly output: string;
}

/** The tool OpenCode offers when a prompt asks for an answer by schema. */
export const STRUCTURED_OUTPUT_TOOL = "StructuredOutput";

export type AskedRole = "planner" | "researcher" | "backlog" | "worker" | "reviewer" | "probe" | "other";

/** Which of the project's roles asks, told from the request itself: the answer's schema, else whether it may write. */
export function askedRole(request: ModelRequest): AskedRole {
  const schema = answerSchema(request);
  if (schema !== undefined) return roleOfSchema(schema);
  if (offersTool(request, "write") || offersTool(request, "edit")) return "worker";
  return toolNames(request).length === 0 && systemText(request).includes("one word") ? "probe" : "other";
}

function roleOfSchema(schema: Readonly<Record<string, unknown>>): AskedRole {
  const properties = schema.properties;
  if (typeof properties !== "object" || properties === null) return "other";
  if ("items" in properties) return "planner";
  if ("findings" in properties) return "researcher";
  if ("criteria" in properties) return "reviewer";
  return "tasks" in properties ? "backlog" : "other";
}

/** What the planners' instructions call each side; they begin with their own and may go on to the others'. */
const PERSPECTIVE_WORDS: Readonly<Record<string, PlanningPerspective>> = {
  architect: "architecture",
  delivery: "delivery",
  risk: "risk",
};

/** The side from which a planner is asked to look. */
export function perspectiveOf(request: ModelRequest): PlanningPerspective {
  const word = /architect|delivery|risk/.exec(systemText(request))?.[0] ?? "";
  const perspective = PERSPECTIVE_WORDS[word];
  if (perspective === undefined) throw new Error("No planner: its instructions name no perspective");
  return perspective;
}

/** The schema the answer has to follow, or undefined when any answer will do. */
export function answerSchema(request: ModelRequest): Readonly<Record<string, unknown>> | undefined {
  return request.body.tools?.find((tool) => tool.function.name === STRUCTURED_OUTPUT_TOOL)?.function.parameters;
}

export function offersTool(request: ModelRequest, name: string): boolean {
  return toolNames(request).includes(name);
}

export function toolNames(request: ModelRequest): readonly string[] {
  return (request.body.tools ?? []).map((tool) => tool.function.name);
}

/** OpenCode names the session in a header: one of our agents is one session. */
export function sessionOf(request: ModelRequest): string | undefined {
  const session = request.headers["x-session-id"];
  return typeof session === "string" ? session : undefined;
}

function systemText(request: ModelRequest): string {
  return textsOf(request, "system").join("\n");
}

/** What the session was asked at first: the same in each of its requests, so it tells sessions apart. */
export function firstUserText(request: ModelRequest): string {
  return textsOf(request, "user")[0] ?? "";
}

export function lastUserText(request: ModelRequest): string {
  return textsOf(request, "user").at(-1) ?? "";
}

/** Every tool result of the session so far, oldest first. */
export function toolResults(request: ModelRequest): readonly ToolResult[] {
  const calls = new Map(
    request.body.messages.flatMap((message) => message.tool_calls ?? []).map((one) => [one.id, one.function] as const),
  );
  return request.body.messages
    .filter((message) => message.role === "tool")
    .map((message) => {
      const made = calls.get(message.tool_call_id ?? "");
      return { tool: made?.name ?? "", input: parseJson(made?.arguments ?? ""), output: textOf(message) };
    });
}

function textsOf(request: ModelRequest, role: ChatMessage["role"]): readonly string[] {
  return request.body.messages.filter((message) => message.role === role).map(textOf);
}

function textOf(message: ChatMessage): string {
  if (typeof message.content === "string") return message.content;
  return (message.content ?? []).map((part) => part.text ?? "").join("");
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
