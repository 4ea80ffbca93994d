import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of this project. */
export const PROJECT_ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const PROJECT_BIN = join(PROJECT_ROOT, "node_modules", ".bin");

/** Taken from the environment as it is; everything else is set by us or absent. */
const INHERITED = ["PATH", "LANG", "TZ", "TERM", "TMPDIR"] as const;

/** A home folder that no setting of this machine or its user reaches. */
export interface HermeticHome {
  readonly path: string;
  /** OpenCode's global configuration folder. */
  readonly configFolder: string;
  /** The whole environment for a process that lives in this home. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/**
 * Makes a home under the system's temporary folder, or at `path`: own HOME and XDG folders, OpenCode's updates and
 * downloads off, a git identity and nothing else of git's configuration.
 */
export async function makeHermeticHome(path?: string): Promise<HermeticHome> {
  const home = path ?? (await mkdtemp(join(tmpdir(), "mac-home-")));
  const folder = (name: string) => join(home, name);
  const configFolder = join(folder(".config"), "opencode");
  await mkdir(configFolder, { recursive: true });
  await preventDependencyInstall(configFolder);
  await writeFile(
    folder(".gitconfig"),
    "[user]\n\tname = Ada Example\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n",
  );
  const env: Record<string, string> = {
    ...inheritedEnvironment(),
    HOME: home,
    XDG_CONFIG_HOME: folder(".config"),
    XDG_DATA_HOME: folder(".local/share"),
    XDG_STATE_HOME: folder(".local/state"),
    XDG_CACHE_HOME: folder(".cache"),
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    NO_COLOR: "1",
  };
  env.PATH = [PROJECT_BIN, env.PATH].join(delimiter);
  return {
    path: home,
    configFolder,
    env,
    async remove() {
      await rm(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/**
 * OpenCode installs its plugin package from the npm registry into each configuration folder it finds, unless the
 * folder's lock file names that package and a `node_modules` folder is there. Nothing of ours imports it from there.
 */
export async function preventDependencyInstall(configFolder: string): Promise<void> {
  const dependencies = { "@opencode-ai/plugin": "*" };
  await mkdir(join(configFolder, "node_modules"), { recursive: true });
  await writeFile(join(configFolder, "package.json"), JSON.stringify({ dependencies }));
  await writeFile(
    join(configFolder, "package-lock.json"),
    JSON.stringify({ lockfileVersion: 3, packages: { "": { dependencies } } }),
  );
}

function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
