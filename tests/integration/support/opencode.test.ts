import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type HermeticHome, makeHermeticHome } from "../../support/hermeticHome.ts";
import { call, text, tools } from "../../support/modelReply.ts";
import { sessionOf, toolResults } from "../../support/modelRequest.ts";
import { ModelServer } from "../../support/modelServer.ts";
import { makeProjectConfigFolder, opencodeConfig, placeConfig, runOpencode } from "../../support/opencode.ts";
import { makeRepository, type Repository } from "../../support/repository.ts";

setDefaultTimeout(60_000);

let home: HermeticHome;
let repository: Repository;

beforeEach(async () => {
  home = await makeHermeticHome();
  repository = await makeRepository({ files: { "a.txt": "hello\n" } });
});

afterEach(async () => {
  await Promise.all([home.remove(), repository.remove()]);
});

test("the real OpenCode runs a scripted model's tool calls, and asks no registry", async () => {
  const server = await ModelServer.start((request) => {
    const read = toolResults(request)[0];
    return read === undefined ? tools(call("read", { filePath: "a.txt" })) : text(`It says ${read.output}`);
  });
  const asked: string[] = [];
  const registry = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  const { port } = registry.address() as AddressInfo;
  try {
    await makeProjectConfigFolder(repository);
    await placeConfig(opencodeConfig({ baseUrl: server.baseUrl, plugin: false }), "uncommitted", { home, repository });

    const outcome = await runOpencode(["run", "What is in a.txt?"], {
      cwd: repository.path,
      home,
      env: { npm_config_registry: `http://127.0.0.1:${port}/` },
    });

    expect(outcome).toMatchObject({ exitCode: 0, timedOut: false });
    expect(outcome.stdout).toContain("hello");
    expect(asked).toEqual([]);
    expect(new Set(server.requests.map(sessionOf)).size).toBe(1);
  } finally {
    await server.close();
    registry.closeAllConnections();
    registry.close();
  }
});

test("past its limit OpenCode is killed, even while the model never answers", async () => {
  const server = await ModelServer.start(() => ({ kind: "hang" }));
  try {
    await placeConfig(opencodeConfig({ baseUrl: server.baseUrl, plugin: false }), "global", { home, repository });
    const outcome = await runOpencode(["run", "hello"], { cwd: repository.path, home, timeoutMs: 2_000 });
    expect(outcome).toMatchObject({ exitCode: null, timedOut: true });
  } finally {
    await server.close();
  }
});
