import { glob } from "node:fs/promises";
import { join } from "node:path";
import { type HermeticHome, makeHermeticHome } from "./hermeticHome.ts";
import { type ModelHandler, ModelServer } from "./modelServer.ts";
import {
  type ConfigPlace,
  type OpencodeOutcome,
  type OpencodeSettings,
  opencodeConfig,
  placeConfig,
  type RunningOpencode,
  runOpencode,
  startOpencode,
} from "./opencode.ts";
import { type FileTree, makeRepository, type Repository } from "./repository.ts";

export interface SceneOptions {
  readonly model: ModelHandler;
  readonly files: FileTree;
  /** Default "global". */
  readonly config?: ConfigPlace;
  /** Models of the provider `fake`; see OpencodeSettings. */
  readonly models?: readonly string[];
  readonly rigid?: readonly string[];
  /** Options of the plugin. */
  readonly plugin?: Readonly<Record<string, unknown>>;
  readonly extra?: OpencodeSettings["extra"];
}

/** A user at work: a repository, a home with OpenCode configured, and a model that the test scripts. */
export interface Scene extends AsyncDisposable {
  readonly repository: Repository;
  readonly home: HermeticHome;
  readonly server: ModelServer;
  opencode(...args: readonly string[]): Promise<OpencodeOutcome>;
  start(...args: readonly string[]): RunningOpencode;
}

/** An end-to-end test's limit for one command; a green run takes a tenth of it. */
const COMMAND_LIMIT_MS = 90_000;

export async function makeScene(options: SceneOptions): Promise<Scene> {
  const home = await makeHermeticHome();
  const repository = await makeRepository({ files: options.files });
  const server = await ModelServer.start(options.model);
  const dispose = async () => {
    await server.close();
    await Promise.all([home.remove(), repository.remove()]);
  };
  try {
    const config = opencodeConfig({
      baseUrl: server.baseUrl,
      plugin: options.plugin ?? {},
      ...(options.models !== undefined && { models: options.models }),
      ...(options.rigid !== undefined && { rigid: options.rigid }),
      ...(options.extra !== undefined && { extra: options.extra }),
    });
    await placeConfig(config, options.config ?? "global", { home, repository });
  } catch (error) {
    await dispose();
    throw error;
  }
  const where = { cwd: repository.path, home, timeoutMs: COMMAND_LIMIT_MS };
  return {
    repository,
    home,
    server,
    opencode: (...args) => runOpencode(args, where),
    start: (...args) => startOpencode(args, where),
    [Symbol.asyncDispose]: dispose,
  };
}

/** The first that matches of what we keep beside the user's repository. */
export async function ownFile({ home }: Scene, pattern: string): Promise<string | undefined> {
  const cwd = join(home.env.XDG_DATA_HOME ?? "", "multi-agent-coder");
  for await (const path of glob(`*/${pattern}`, { cwd })) return join(cwd, path);
  return undefined;
}

/** The line a user reads last. */
export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
