import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Hooks } from "@opencode-ai/plugin";
import { parseJson } from "../core/parseJson.ts";
import type { ModelRef } from "../types.ts";
import type { CommandNames } from "./configuration.ts";
import { isPipeline } from "./models.ts";
import { PIPELINE_AGENT, PIPELINE_MODEL, PIPELINE_PROVIDER, type Verb } from "./names.ts";
import { answerOf, type OpencodeClient } from "./opencodeClient.ts";
import { commandLineFor, routeRunMessage } from "./routing.ts";
import { modelBehind } from "./sessionModel.ts";

type ChatMessageHook = NonNullable<Hooks["chat.message"]>;
type CommandHook = NonNullable<Hooks["command.execute.before"]>;
type IncomingParts = Parameters<ChatMessageHook>[1]["parts"];

interface SlashCommand {
  readonly verb: Verb;
  readonly argumentsText: string;
}

/**
 * Sends our commands, and nothing else, to the pipeline model. It sees every message before a model does; a message
 * that is not ours passes unchanged, except that one addressed to the pipeline model by mistake (OpenCode proposes a
 * session's last model again) goes to the model the person had chosen.
 */
export class MessageRouter {
  /** Slash commands OpenCode has announced and whose message is about to arrive, by session. */
  private readonly announced = new Map<string, SlashCommand>();
  /** The person's own model of each session in which one of our commands was started. */
  private readonly chosenModels = new Map<string, ModelRef | undefined>();
  private readonly client: OpencodeClient;
  private readonly directory: string;
  private readonly argv: readonly string[];

  constructor(client: OpencodeClient, directory: string, argv: readonly string[]) {
    this.client = client;
    this.directory = directory;
    this.argv = argv;
  }

  /** The model the session's person chose, for the agents a command spawns. */
  chosenModel(sessionID: string): ModelRef | undefined {
    return this.chosenModels.get(sessionID);
  }

  announce(names: CommandNames, input: Parameters<CommandHook>[0]): void {
    const verb = names.get(input.command);
    if (verb !== undefined) this.announced.set(input.sessionID, { verb, argumentsText: input.arguments });
  }

  readonly onMessage: ChatMessageHook = async (input, output) => {
    const commandLine = this.commandLineOf(input.sessionID, output.parts);
    const shown = output.message.model;
    if (commandLine === undefined) {
      if (isPipeline(shown)) await this.handBack(input.sessionID, output.message);
      return;
    }
    this.chosenModels.set(
      input.sessionID,
      await modelBehind(this.client, this.directory, input.sessionID, this.chosenModels.get(input.sessionID) ?? shown),
    );
    output.message.model = { providerID: PIPELINE_PROVIDER, modelID: PIPELINE_MODEL };
    output.message.agent = PIPELINE_AGENT;
    keepOnly(output.parts, commandLine);
    // Without its title a session costs one request; that is no reason not to run the command.
    await this.giveTitle(input.sessionID, commandLine).catch(() => undefined);
  };

  private commandLineOf(sessionID: string, parts: IncomingParts): string | undefined {
    const files = attachedFiles(parts);
    const slash = this.announced.get(sessionID);
    if (slash !== undefined) {
      this.announced.delete(sessionID);
      return commandLineFor(slash.verb, withoutMentions(slash.argumentsText, files), files);
    }
    return routeRunMessage({ argv: this.argv, text: ownText(parts), files });
  }

  private async handBack(sessionID: string, message: { model: ModelRef; agent: string }): Promise<void> {
    const model = await modelBehind(this.client, this.directory, sessionID, this.chosenModels.get(sessionID));
    if (model === undefined) return;
    message.model = { providerID: model.providerID, modelID: model.modelID };
    if (message.agent === PIPELINE_AGENT) message.agent = "build";
  }

  /** A session that has a title is not sent to a model to get one, whatever `small_model` says. */
  private async giveTitle(sessionID: string, commandLine: string): Promise<void> {
    const { client, directory } = this;
    const { data: session } = await answerOf("a session", (limit) =>
      client.session.get({ sessionID, directory }, { signal: limit }),
    );
    if (session === undefined || session.parentID !== undefined || !isDefaultTitle(session.title)) return;
    const title = commandLine.length > 60 ? `${commandLine.slice(0, 57)}...` : commandLine;
    await answerOf("a session's title", (limit) =>
      client.session.update({ sessionID, directory, title }, { signal: limit }),
    );
  }
}

/** OpenCode's own rule for a title nobody gave: `New session - <ISO time>`. */
function isDefaultTitle(title: string): boolean {
  return /^(New session|Child session) - \d{4}-\d\d-\d\dT/.test(title);
}

function ownText(parts: IncomingParts): string {
  return parts.map((part) => (part.type === "text" && part.synthetic !== true ? part.text : "")).join("");
}

/** Paths of attached files: OpenCode adds a part for each, or, where it could not read one, only a note about it. */
function attachedFiles(parts: IncomingParts): string[] {
  const paths = parts.flatMap((part) => {
    if (part.type === "file" && part.url.startsWith("file:")) return [fileURLToPath(withoutQuery(part.url))];
    if (part.type !== "text" || part.synthetic !== true) return [];
    const read = /^Called the Read tool with the following input: .*"filePath":("(?:[^"\\]|\\.)*")/.exec(
      part.text,
    )?.[1];
    const path = read === undefined ? undefined : parseJson(read);
    return typeof path === "string" ? [path] : [];
  });
  return [...new Set(paths)];
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, "");
}

/** In the terminal UI a file is attached by naming it `@path` in the text; the path itself reaches us as a part. */
function withoutMentions(text: string, files: readonly string[]): string {
  return text.replace(/(^|\s)@(\S+)/g, (mention, space: string, path: string) =>
    files.some((file) => basename(file) === basename(path)) ? space : mention,
  );
}

/** Leaves one text part that holds the command line, in place, as the hook asks for. */
function keepOnly(parts: IncomingParts, commandLine: string): void {
  const text =
    parts.find((part) => part.type === "text" && part.synthetic !== true) ?? parts.find((part) => part.type === "text");
  if (text?.type !== "text") return;
  parts.splice(0, parts.length, { ...text, text: commandLine });
}
