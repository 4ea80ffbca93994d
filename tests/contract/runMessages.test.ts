import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProcess } from "../../src/core/shell.ts";
import { type HermeticHome, makeHermeticHome, PROJECT_BIN } from "../support/hermeticHome.ts";
import { text } from "../support/modelReply.ts";
import { ModelServer } from "../support/modelServer.ts";
import { opencodeConfig, placeConfig, runOpencode } from "../support/opencode.ts";
import { makeRepository, type Repository } from "../support/repository.ts";
import { lastLine } from "../support/scene.ts";

// What `opencode run` hands to a plugin, and what it does with a model that lives in the process.
setDefaultTimeout(60_000);

const PROBE = fileURLToPath(new URL("./fixtures/echoPlugin.js", import.meta.url));

interface Noted {
  readonly kind: "loaded" | "command" | "message";
  readonly argv?: readonly string[];
  readonly command?: string;
  readonly text?: string;
  readonly model?: object;
  readonly parts?: readonly {
    readonly type: string;
    readonly text?: string;
    readonly synthetic?: boolean;
    readonly url?: string;
  }[];
}

let home: HermeticHome;
let repository: Repository;
let server: ModelServer;

beforeAll(async () => {
  home = await makeHermeticHome();
  repository = await makeRepository({ files: { "feature.md": "Greet people.\n" } });
  server = await ModelServer.start(() => text("the scripted model was asked"));
  const extra = {
    plugin: [[PROBE, { record: join(home.path, "noted") }]],
    // Both would cost the user a request or hide a provider, if the contract did not hold.
    small_model: "fake/scripted",
    enabled_providers: ["fake", "echo"],
  };
  await placeConfig(opencodeConfig({ baseUrl: server.baseUrl, plugin: false, extra }), "global", { home, repository });
});

afterAll(async () => {
  await server.close();
  await Promise.all([home.remove(), repository.remove()]);
});

async function run(...args: readonly string[]) {
  await rm(recordPath(), { force: true });
  const outcome = await runOpencode(args, { cwd: repository.path, home });
  return { ...outcome, ...(await arrived()) };
}

function recordPath(): string {
  return join(home.path, "noted");
}

/** What the probe wrote down in the last run. */
async function arrived() {
  const lines = (await readFile(recordPath(), "utf8")).trim().split("\n");
  const noted = lines.map((line) => JSON.parse(line) as Noted);
  const parts = noted.find((entry) => entry.kind === "message")?.parts ?? [];
  const own = parts.filter((part) => part.type === "text" && part.synthetic !== true);
  return { noted, parts, ownText: own.map((part) => part.text).join("") };
}

test("flags after -- arrive as text; the hook's model, agent and parts count; no title is asked for", async () => {
  const { exitCode, stdout, noted, ownText } = await run("run", "plan", "--", "--context_file=feature.md");
  expect(noted[0]?.argv?.slice(2)).toEqual(["run", "plan", "--", "--context_file=feature.md"]);
  expect(ownText).toBe("plan --context_file=feature.md");
  expect(noted.find(({ kind }) => kind === "message")?.model).toMatchObject({
    providerID: "fake",
    modelID: "scripted",
  });
  expect({ exitCode, stdout: stdout.trim() }).toEqual({ exitCode: 0, stdout: "echo plan --context_file=feature.md" });
  expect(server.requests).toEqual([]);
});

test("an error part of the model in the process makes the status 1 and its message the last line on stderr", async () => {
  const { exitCode, stdout, stderr } = await run("run", "fail");
  expect(exitCode).toBe(1);
  expect(lastLine(stderr)).toContain("the echo failed: it was told to");
  expect(stdout.trim()).toBe("echo fail");
  expect(server.requests).toEqual([]);
});

test("one quoted word arrives wrapped in double quotes, after global options too", async () => {
  const { ownText, noted } = await run("--print-logs", "--log-level", "ERROR", "run", 'plan "a" --x=1');
  expect(ownText).toBe('"plan \\"a\\" --x=1"');
  expect(noted[0]?.argv?.slice(2, 6)).toEqual(["--print-logs", "--log-level", "ERROR", "run"]);
});

test("a file given with -f arrives as parts beside the text", async () => {
  const { ownText, parts } = await run("run", "plan", "-f", "feature.md");
  expect(ownText.trim()).toBe("plan");
  const path = join(repository.path, "feature.md");
  const urls = parts.flatMap((part) =>
    part.type === "file" && part.url !== undefined ? [fileURLToPath(part.url)] : [],
  );
  expect(urls).toContain(path);
});

test("piped text arrives after a line break", async () => {
  await rm(recordPath(), { force: true });
  const input = "Greet people\nin two languages\n";
  const options = { cwd: repository.path, env: home.env, timeoutMs: 60_000, input };
  await runProcess(join(PROJECT_BIN, "opencode"), ["run", "plan"], options);
  expect((await arrived()).ownText.trimEnd()).toBe("plan\nGreet people\nin two languages");
});

test("--command announces the command with its arguments before the message", async () => {
  const { noted } = await run("run", "--command", "echo", "--", "--context_file=a b.md");
  expect(noted.map(({ kind }) => kind)).toEqual(["loaded", "command", "message"]);
  expect(noted[1]).toMatchObject({ command: "echo", text: '"--context_file=a b.md"' });
});

test("flags that are not after -- are refused before any plugin is loaded", async () => {
  const { exitCode } = await runOpencode(["run", "plan", "--context_file=x"], { cwd: repository.path, home });
  expect(exitCode).toBe(1);
});
