import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { cp, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runProcess } from "../../../src/core/shell.ts";
import { PROJECT_ROOT } from "../../support/hermeticHome.ts";
import { DIST, readJson } from "./built.ts";

/** dist/ alone, where no `node_modules` can be found: what a user gets who copies the folder. */
let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "mac-bundle-")));
  await cp(DIST, join(folder, "dist"), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a program under plain Node, which OpenCode's Desktop loads plugins with, and gives what it printed as JSON. */
async function underNode(program: string): Promise<unknown> {
  const args = ["--input-type=module", "--eval", program];
  const env = { PATH: process.env.PATH ?? "", HOME: folder };
  const outcome = await runProcess("node", args, { cwd: folder, env, timeoutMs: 20_000 });
  expect({ end: outcome.end, stderr: outcome.stderr }).toEqual({ end: { reason: "exited", exitCode: 0 }, stderr: "" });
  return JSON.parse(outcome.stdout);
}

const importOf = (specifier: string) => `const module = await import(${JSON.stringify(specifier)});`;
const urlOf = (name: string) => pathToFileURL(join(folder, "dist", name)).href;

describe("the built files under plain Node, with no node_modules in reach", () => {
  test("index.js is a plugin module, and its plugin offers the commands", async () => {
    const program = `${importOf(urlOf("index.js"))}
      const { id, server } = module.default;
      console.log(JSON.stringify({ names: Object.keys(module), id, server: typeof server }));`;
    expect(await underNode(program)).toEqual({ names: ["default"], id: "multi-agent-coder", server: "function" });
  });

  test("pipelineModel.js makes a provider whose model answers without a network", async () => {
    const program = `${importOf(urlOf("pipelineModel.js"))}
      const model = module.createPipeline({}).languageModel("pipeline");
      const prompt = [{ role: "user", content: [{ type: "text", text: "Hello" }] }];
      const { stream } = await model.doStream({ prompt, tools: [] });
      const parts = [];
      for await (const part of stream) parts.push(part.type);
      console.log(JSON.stringify({ version: model.specificationVersion, parts }));`;
    const { version, parts } = (await underNode(program)) as { version: string; parts: string[] };
    expect(version).toBe("v3");
    expect(parts).toContain("error");
  });

  test("cli.js refuses an unknown command in one line", async () => {
    const env = { PATH: process.env.PATH ?? "", HOME: folder };
    const options = { cwd: folder, env, timeoutMs: 20_000 };
    const outcome = await runProcess("node", [join(folder, "dist/cli.js"), "dance"], options);
    expect(outcome.end).toEqual({ reason: "exited", exitCode: 1 });
    expect(outcome.stderr.trim().split("\n").at(-1)).toContain("dance");
  });
});

describe("dist/package.json, which `opencode plugin <folder>` reads", () => {
  test("makes the folder a package that can be imported by name", async () => {
    const modules = join(folder, "project/node_modules/multi-agent-coder");
    await cp(DIST, modules, { recursive: true });
    const from = pathToFileURL(join(folder, "project/main.mjs")).href;
    const program = `import { createRequire } from "node:module";
      const { resolve } = createRequire(${JSON.stringify(from)});
      console.log(JSON.stringify([resolve("multi-agent-coder"), resolve("multi-agent-coder/server")]));`;
    expect(await underNode(program)).toEqual([join(modules, "index.js"), join(modules, "index.js")]);
  });

  test("names only files that are there, and says what the project's own package.json says", async () => {
    const manifest = await readJson(join(DIST, "package.json"));
    const project = await readJson(join(PROJECT_ROOT, "package.json"));
    for (const field of ["name", "version", "description", "license", "engines"]) {
      expect([field, manifest[field]]).toEqual([field, project[field]]);
    }
    expect(manifest.type).toBe("module");
    const named = JSON.stringify([manifest.main, manifest.exports]).match(/\.\/[^"]+\.(js|d\.ts)/g) ?? [];
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((path) => !existsSync(join(DIST, path)))).toEqual([]);
    // Everything is bundled: a dependency listed here would be fetched for nothing.
    expect(manifest.dependencies).toBeUndefined();
  });
});
