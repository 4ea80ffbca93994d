import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { SandboxPlace } from "./sandbox.ts";

/** What only saves time: each place begins with none. */
const CACHES: Readonly<Record<string, string>> = {
  XDG_CACHE_HOME: "",
  XDG_STATE_HOME: "state",
  npm_config_cache: "npm",
  PNPM_HOME: "pnpm",
  YARN_CACHE_FOLDER: "yarn",
  BUN_INSTALL_CACHE_DIR: "bun",
  PIP_CACHE_DIR: "pip",
  GOCACHE: "go-build",
  DOTNET_CLI_HOME: "dotnet",
};

/**
 * Where tools keep installed packages: the folder in a scratch folder, and `usual`, the user's own in the cache folder,
 * which has to be named once that folder is another.
 */
const PACKAGES: Readonly<Record<string, { readonly folder: string; readonly usual?: string }>> = {
  GOMODCACHE: { folder: "go" },
  CARGO_HOME: { folder: "cargo" },
  GRADLE_USER_HOME: { folder: "gradle" },
  NUGET_PACKAGES: { folder: "nuget" },
  BUNDLE_PATH: { folder: "bundle" },
  PYTHONUSERBASE: { folder: "python" },
  COMPOSER_HOME: { folder: "composer" },
  YARN_GLOBAL_FOLDER: { folder: "yarn" },
  DENO_DIR: { folder: "deno", usual: "deno" },
  COREPACK_HOME: { folder: "corepack", usual: "node/corepack" },
  PLAYWRIGHT_BROWSERS_PATH: { folder: "playwright", usual: "ms-playwright" },
  CYPRESS_CACHE_FOLDER: { folder: "cypress", usual: "Cypress" },
  PUPPETEER_CACHE_DIR: { folder: "puppeteer", usual: "puppeteer" },
};

/** In a scratch folder: what `setup` installed outside of the work tree. */
export const PACKAGES_FOLDER = "packages";
export const CACHES_FOLDER = "cache";

/**
 * Variables for commands that cannot write in HOME. Packages are installed into the scratch folder; they are read from
 * there if anything of that kind was installed, else from where the user has them.
 */
export function privateVariables(
  { scratch, installing }: Pick<SandboxPlace, "scratch" | "installing">,
  environment: NodeJS.ProcessEnv,
): Readonly<Record<string, string>> {
  const variables: Record<string, string> = { TMPDIR: "/tmp" };
  for (const [name, folder] of Object.entries(CACHES)) variables[name] = join(scratch, CACHES_FOLDER, folder);
  const usersCache = environment.XDG_CACHE_HOME ?? join(environment.HOME ?? "/", ".cache");
  for (const [name, { folder, usual }] of Object.entries(PACKAGES)) {
    const own = join(scratch, PACKAGES_FOLDER, folder);
    const users = usual === undefined ? undefined : join(usersCache, usual);
    if (installing || hasEntries(own)) variables[name] = own;
    else if (users !== undefined && existsSync(users)) variables[name] = users;
  }
  return variables;
}

function hasEntries(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}
