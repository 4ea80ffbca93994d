import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import type { QuestionRequest } from "@opencode-ai/sdk/v2/client";
import { call, tools } from "../support/modelReply.ts";
import { sessionOf } from "../support/modelRequest.ts";
import { PLUGIN_FOLDER } from "../support/opencode.ts";
import { pipelineHandler } from "../support/pipelineScript.ts";
import { until } from "../support/until.ts";
import { backlogOf, FILES, statuses, writesItsWord } from "../support/words.ts";
import { type ServedOpencode, serveOpencode } from "./servedOpencode.ts";

// What a run asks, in OpenCode's own dialog, as its terminal UI, its app and its web pages answer it.
setDefaultTimeout(300_000);

/** What a run of OpenCode may take until it asks, or ends. */
const RUN_LIMIT_MS = 150_000;

let host: ServedOpencode;
let sessionID: string;
const workers = new Set<string>();

beforeAll(async () => {
  host = await serveOpencode(
    { ...FILES, "tasks/BACKLOG.yaml": backlogOf([{ id: "T001" }]) },
    pipelineHandler({
      worker(task, request) {
        workers.add(sessionOf(request) ?? "");
        if (workers.size > 1) return writesItsWord(task, request);
        return tools(call("mac_checkpoint", { message: 'The "old" word?', options: ["yes", "no"] }));
      },
    }),
    { plugin: [[PLUGIN_FOLDER, {}]] },
  );
  const { data } = await host.client.session.create({}, { throwOnError: true });
  sessionID = data.id;
});

afterAll(async () => {
  await host[Symbol.asyncDispose]();
});

/** Begins a command; its answer comes once the turn has ended. */
const command = (name: string) => host.client.session.command({ sessionID, command: name, arguments: "" });

async function dialog(): Promise<QuestionRequest> {
  let asked: QuestionRequest | undefined;
  await until(
    "a dialog",
    async () => {
      asked = (await host.client.question.list()).data?.[0];
      return asked !== undefined;
    },
    RUN_LIMIT_MS,
  );
  return asked ?? expect.unreachable();
}

async function spoken(): Promise<string> {
  const { data = [] } = await host.client.session.messages({ sessionID });
  return data.flatMap(({ parts }) => parts.flatMap((part) => (part.type === "text" ? [part.text] : []))).join("\n");
}

test("a dialog that is dismissed ends the turn, after the words that say how to answer later", async () => {
  const ended = command("implement");
  const { id, questions, tool } = await dialog();
  expect(questions).toMatchObject([
    { header: "T001", question: 'The "old" word?', options: [{ label: "yes" }, { label: "no" }] },
  ]);
  expect(tool?.callID).toStartWith("call_mac_question_");
  await host.client.question.reject({ requestID: id });
  await ended;
  expect(await spoken()).toMatch(
    /T001 asks you: The "old" word\? Answer with: .* --checkpoint=\S+-T001-1 --input="yes"/,
  );
  expect(await statuses(host.repository)).toEqual({ T001: "awaiting_input" });
  expect(workers.size).toBe(1);
});

test("what is chosen there reaches the run word for word, and the command goes on by itself", async () => {
  const ended = command("implement");
  const { id } = await dialog();
  await host.client.question.reply({ requestID: id, answers: [['neither: "x", and \\ too']] });
  await ended;
  expect(await statuses(host.repository)).toEqual({ T001: "complete" });
  expect(await spoken()).toContain("1 of 1 tasks landed");
  const { data = [] } = await host.client.session.messages({ sessionID });
  const commands = data.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === "tool" && part.tool === "mac_pipeline" ? [part.state.input.command] : [])),
  );
  expect(commands.at(-2)).toEndWith('--input="neither: \\"x\\", and \\\\ too"');
  expect(commands.at(-1)).toBe("implement");
});
