import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type HermeticHome, PROJECT_BIN, PROJECT_ROOT, preventDependencyInstall } from "./hermeticHome.ts";
import type { Repository } from "./repository.ts";

/** Where a user may have put the configuration that names the model and this plugin. */
export type ConfigPlace = "committed" | "uncommitted" | "global";

export interface OpencodeSettings {
  /** The scripted server's address. */
  readonly baseUrl: string;
  /** Models of the provider `fake`; the first is the default. */
  readonly models?: readonly string[];
  /** Those of them that take no temperature, as reasoning models do. */
  readonly rigid?: readonly string[];
  /** Options of the plugin; `false` leaves the plugin out. */
  readonly plugin?: Readonly<Record<string, unknown>> | false;
  /** Anything else of opencode.json, such as `small_model`. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** The built plugin, as a user of this clone would name it. */
export const PLUGIN_FOLDER = join(PROJECT_ROOT, "dist");

/** A free model: cost 0, tools, a large window. */
const MODEL = { tool_call: true, limit: { context: 128_000, output: 16_000 }, cost: { input: 0, output: 0 } };

/** An opencode.json with the scripted provider and this plugin. */
export function opencodeConfig(settings: OpencodeSettings): Readonly<Record<string, unknown>> {
  // OpenCode only warns about a plugin that it cannot find, and a plain chat would answer in its place.
  if (settings.plugin !== false && !existsSync(PLUGIN_FOLDER)) throw new Error("No dist/: run npm run build first");
  const models = settings.models ?? ["scripted"];
  return {
    $schema: "https://opencode.ai/config.json",
    model: `fake/${models[0]}`,
    // OpenCode's own free models are always connected, and this plugin would plan with them: over the network.
    disabled_providers: ["opencode"],
    provider: {
      fake: {
        npm: "@ai-sdk/openai-compatible",
        name: "Scripted",
        options: { baseURL: settings.baseUrl, apiKey: "not-a-real-key" },
        models: Object.fromEntries(
          models.map((model) => [model, { ...MODEL, temperature: settings.rigid?.includes(model) !== true }]),
        ),
      },
    },
    ...(settings.plugin !== false && { plugin: [[PLUGIN_FOLDER, settings.plugin ?? {}]] }),
    ...settings.extra,
  };
}

export async function placeConfig(
  config: Readonly<Record<string, unknown>>,
  place: ConfigPlace,
  { home, repository }: { readonly home: HermeticHome; readonly repository: Repository },
): Promise<void> {
  const folder = place === "global" ? home.configFolder : repository.path;
  await writeJson(join(folder, "opencode.json"), config);
  if (place === "committed") await repository.commit("Configure OpenCode");
}

/** Makes a repository's own `.opencode/`, as `opencode plugin` would, with no download on the next start. */
export async function makeProjectConfigFolder(repository: Repository): Promise<string> {
  const folder = join(repository.path, ".opencode");
  await preventDependencyInstall(folder);
  return folder;
}

export interface OpencodeOptions {
  readonly cwd: string;
  readonly home: HermeticHome;
  /** Added to the home's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default 60,000. */
  readonly timeoutMs?: number;
  readonly onStderr?: (text: string) => void;
}

export interface OpencodeOutcome {
  /** Null when a signal ended it, the limit's included. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface RunningOpencode {
  readonly pid: number;
  /** What stderr said so far. */
  stderr(): string;
  /** Signals the process alone, as `kill` does; `group` as Ctrl-C in a terminal does. */
  signal(name: NodeJS.Signals, reach?: "process" | "group"): void;
  readonly finished: Promise<OpencodeOutcome>;
}

/** Starts the real OpenCode with standard input closed: an open pipe would keep `opencode run` waiting for its end. */
export function startOpencode(args: readonly string[], options: OpencodeOptions): RunningOpencode {
  const startedAt = performance.now();
  const child = spawn(join(PROJECT_BIN, "opencode"), [...args], {
    cwd: options.cwd,
    env: { ...options.home.env, ...options.env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("opencode did not start: run npm test once, it links the binary");
  let stdout = "";
  let stderr = "";
  let timedOut = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    options.onStderr?.(text);
  });
  const limit = setTimeout(() => {
    timedOut = true;
    signalProcess(-pid, "SIGKILL");
  }, options.timeoutMs ?? 60_000);
  const finished = new Promise<OpencodeOutcome>((resolve) => {
    child.on("close", (exitCode) => {
      clearTimeout(limit);
      resolve({ exitCode, timedOut, stdout, stderr, durationMs: Math.round(performance.now() - startedAt) });
    });
  });
  return {
    pid,
    stderr: () => stderr,
    signal: (name, reach = "process") => signalProcess(reach === "group" ? -pid : pid, name),
    finished,
  };
}

/** Runs the real OpenCode to its end; past the limit the whole process group is killed. */
export function runOpencode(args: readonly string[], options: OpencodeOptions): Promise<OpencodeOutcome> {
  return startOpencode(args, options).finished;
}

function signalProcess(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch {
    // ESRCH: it has ended already.
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
