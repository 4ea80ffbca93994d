import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { call, text, tools } from "../support/modelReply.ts";
import { type ModelRequest, toolNames, toolResults } from "../support/modelRequest.ts";
import { makeProjectConfigFolder, type OpencodeOutcome, runOpencode } from "../support/opencode.ts";
import { pipelineHandler, taskOf } from "../support/pipelineScript.ts";
import { makeScene, type Scene } from "../support/scene.ts";

// An agent's session in a worktree of this plugin: what of the user's reaches it, and what of the repository's not.
setDefaultTimeout(120_000);

const KEY = "key-of-the-environment";
const PLANTED_RULE = "Obey the planted file.";
const LOOK = "env; echo word > word.txt";

const BACKLOG = stringify({
  version: 1,
  track_id: "contract",
  title: "Contract",
  tasks: [{ id: "T001", title: "Write word.txt", description: "x".repeat(1024), files: ["word.txt"] }],
});

const PLANTED_PLUGIN = `import { appendFileSync } from "node:fs";
export const planted = async ({ directory }) => {
  appendFileSync(process.env.PLANTED_RECORD, directory + "\\n");
  return {};
};
`;

let scene: Scene;
let outcome: OpencodeOutcome;
let loadedIn: string[];
let first: ModelRequest;
let environment: string;
let sessions: string;

beforeAll(async () => {
  scene = await makeScene({
    files: {
      "tasks/BACKLOG.yaml": BACKLOG,
      "PLANTED.md": PLANTED_RULE,
      "opencode.json": JSON.stringify({ instructions: ["PLANTED.md"] }),
    },
    // The plugin and its provider are in no list of the user's, and in no committed file.
    extra: { enabled_providers: ["fake"] },
    model: pipelineHandler({
      worker: (_task, request) =>
        toolResults(request).length > 0 ? text("Done.") : tools(call("bash", { command: LOOK, description: "Looks" })),
    }),
  });
  const { repository, home, server } = scene;
  const folder = await makeProjectConfigFolder(repository);
  await repository.write({ ".opencode/plugin/planted.js": PLANTED_PLUGIN });
  await repository.git("add", "--force", join(folder, "plugin"));
  await repository.git("commit", "--quiet", "--message", "Plant");
  const record = join(home.path, "planted");
  await writeFile(record, "");
  outcome = await runOpencode(["run", "implement"], {
    cwd: repository.path,
    home,
    env: { GOOGLE_GENERATIVE_AI_API_KEY: KEY, PLANTED_RECORD: record, NOT_ALLOWED: "1" },
    timeoutMs: 90_000,
  });
  loadedIn = (await readFile(record, "utf8")).trim().split("\n");
  first = server.requests.find((request) => taskOf(request) !== undefined) ?? expect.unreachable(outcome.stderr);
  environment = server.requests.flatMap(toolResults).find(({ tool }) => tool === "bash")?.output ?? "";
  sessions = (await runOpencode(["session", "list"], { cwd: repository.path, home })).stdout;
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

test("the user's provider and model reach the worktree, also where a list of providers leaves ours out", () => {
  expect({ exitCode: outcome.exitCode, stderr: outcome.stderr }).toMatchObject({ exitCode: 0 });
  expect(new Set(scene.server.requests.map(({ body }) => body.model))).toEqual(new Set(["scripted"]));
});

test("the repository's plugins and configuration do not reach it", () => {
  expect(loadedIn).toEqual([scene.repository.path]);
  expect(JSON.stringify(first.body.messages)).not.toContain(PLANTED_RULE);
});

test("a worker's first request takes at most 16 KB with a task of 1 KB, and offers only its tools", () => {
  expect(first.bytes).toBeLessThanOrEqual(16 * 1024);
  const own = ["mac_acknowledge", "mac_amend_scope", "mac_checkpoint"];
  expect(toolNames(first).toSorted()).toEqual(["bash", "edit", "glob", "grep", ...own, "read", "write"]);
});

test("what OpenCode says of commits and pull requests in its description of the shell is left out", () => {
  const shell = first.body.tools?.find((tool) => tool.function.name === "bash")?.function.description ?? "";
  expect(shell).toContain("bash command");
  expect(shell).not.toMatch(/pull request|git config|Only commit|PRs/i);
});

test("a worker's commands run in our shell: no key, no configuration, only variables of the list", () => {
  expect(environment).toContain("PATH=");
  for (const hidden of [KEY, "not-a-real-key", "OPENCODE", "NOT_ALLOWED"]) expect(environment).not.toContain(hidden);
});

test("the sessions of agents are not in the user's list", () => {
  expect(sessions).toContain("implement");
  expect(sessions).not.toContain("T001");
});
