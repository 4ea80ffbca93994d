// The first request of a worker, against what plain OpenCode sends for the same words: real OpenCode, scripted model.
import { type HermeticHome, makeHermeticHome } from "../tests/support/hermeticHome.ts";
import { text } from "../tests/support/modelReply.ts";
import { firstUserText, type ModelRequest, offersTool } from "../tests/support/modelRequest.ts";
import { ModelServer } from "../tests/support/modelServer.ts";
import { opencodeConfig, placeConfig, runOpencode } from "../tests/support/opencode.ts";
import { pipelineHandler, taskOf, writesThenDone } from "../tests/support/pipelineScript.ts";
import { makeRepository, type Repository } from "../tests/support/repository.ts";
import { printTable } from "./measure.ts";

const DESCRIPTION = `${"Write one word into words/t001.txt, alone on its line. ".repeat(19).trim()}\n`;
const BACKLOG = `version: 1
track_id: bench
title: One task
tasks:
  - id: T001
    title: Write a word
    description: |
      ${DESCRIPTION.trim()}
    files: [words/t001.txt]
`;

const worker = await withOpencode(true, async (where, server) => {
  await mustRun(["run", "implement"], where);
  return firstWhere(server, (request) => taskOf(request) !== undefined);
});
const plain = await withOpencode(false, async (where, server) => {
  await mustRun(["run", firstUserText(worker)], where);
  return firstWhere(server, (request) => offersTool(request, "write"));
});

printTable({
  title: `The first request for a task of ${Buffer.byteLength(DESCRIPTION)} bytes`,
  unit: "bytes",
  rows: [
    { name: `ours (${worker.body.tools?.length ?? 0} tools)`, samples: [worker.bytes] },
    {
      name: `plain \`opencode run\` with the same words (${plain.body.tools?.length ?? 0} tools)`,
      samples: [plain.bytes],
    },
  ],
  notes: ["Every request of a session carries it again. Neither repository has an AGENTS.md."],
});

interface Where {
  readonly cwd: string;
  readonly home: HermeticHome;
}

async function withOpencode(
  withPlugin: boolean,
  use: (where: Where, server: ModelServer) => Promise<ModelRequest>,
): Promise<ModelRequest> {
  const home = await makeHermeticHome();
  const files = { "words/first.txt": "first\n", "tasks/BACKLOG.yaml": BACKLOG };
  const repository: Repository = await makeRepository({ files });
  const server = await ModelServer.start(
    withPlugin
      ? pipelineHandler({ worker: (_, request) => writesThenDone({ "words/t001.txt": "word\n" })(request) })
      : () => text("Done."),
  );
  try {
    const config = opencodeConfig({ baseUrl: server.baseUrl, plugin: withPlugin ? {} : false });
    await placeConfig(config, "global", { home, repository });
    return await use({ cwd: repository.path, home }, server);
  } finally {
    await server.close();
    await Promise.all([home.remove(), repository.remove()]);
  }
}

async function mustRun(args: readonly string[], where: Where): Promise<void> {
  const { exitCode, stderr } = await runOpencode(args, { ...where, timeoutMs: 120_000 });
  if (exitCode !== 0) throw new Error(`opencode ${args[0]} ended with ${exitCode}: ${stderr}`);
}

function firstWhere(server: ModelServer, isIt: (request: ModelRequest) => boolean): ModelRequest {
  const found = server.requests.find(isIt);
  if (found === undefined) throw new Error("OpenCode did not ask the model");
  return found;
}
