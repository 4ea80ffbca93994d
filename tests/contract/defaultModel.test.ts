import { expect, setDefaultTimeout, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeHermeticHome } from "../support/hermeticHome.ts";
import { text } from "../support/modelReply.ts";
import { ModelServer } from "../support/modelServer.ts";
import { PLUGIN_FOLDER, runOpencode } from "../support/opencode.ts";
import { makeRepository } from "../support/repository.ts";

// A user who chose no model: OpenCode takes the first connected provider, but once a configuration names providers
// (as ours does), only one that is named there. messageRouter.ts hands such chats back.
setDefaultTimeout(60_000);

/** A list of providers as models.dev has it: one, connected by a key in the environment. */
function modelsFile(api: string) {
  const model = {
    id: "local-model",
    name: "Local",
    tool_call: true,
    attachment: false,
    reasoning: false,
    temperature: true,
    release_date: "2025-01-01",
    last_updated: "2025-01-01",
    modalities: { input: ["text"], output: ["text"] },
    open_weights: false,
    cost: { input: 1, output: 1 },
    limit: { context: 100_000, output: 10_000 },
  };
  const npm = "@ai-sdk/openai-compatible";
  return { local: { id: "local", name: "Local", env: ["LOCAL_KEY"], npm, api, models: { [model.id]: model } } };
}

test("with no model configured the same model answers a chat with and without the plugin", async () => {
  const home = await makeHermeticHome();
  const repository = await makeRepository({ files: { "a.txt": "a\n" } });
  const server = await ModelServer.start(() => text("hello from the local model"));
  try {
    const models = join(home.path, "models.json");
    await writeFile(models, JSON.stringify(modelsFile(server.baseUrl)));
    const chat = async (plugin: readonly string[]) => {
      await writeFile(join(home.configFolder, "opencode.json"), JSON.stringify({ plugin }));
      const env = { LOCAL_KEY: "not-a-real-key", OPENCODE_MODELS_PATH: models };
      const asked = server.requests.length;
      const { exitCode, stdout, stderr } = await runOpencode(["run", "plan a trip"], {
        cwd: repository.path,
        home,
        env,
      });
      const requests = server.requests.slice(asked).map(({ body }) => body);
      const chats = requests.filter(({ tools }) => tools !== undefined);
      return { exitCode, stdout, stderr, models: requests.map(({ model }) => model), tools: chats[0]?.tools };
    };
    const without = await chat([]);
    const beside = await chat([PLUGIN_FOLDER]);
    expect(without).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("hello from the local model") });
    expect(without.models).toContain("local-model");
    expect(beside).toEqual(without);
  } finally {
    await server.close();
    await Promise.all([home.remove(), repository.remove()]);
  }
});
