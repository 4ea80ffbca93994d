import { join } from "node:path";
import { readTextIfExists } from "../core/files.ts";
import { parseJson } from "../core/parseJson.ts";

export interface ProjectCommands {
  readonly verify: readonly string[];
  readonly setup: readonly string[];
}

const NONE: ProjectCommands = { verify: [], setup: [] };

/**
 * The obvious commands of a repository, for a user who configured none: `npm test` when package.json has a test script
 * (npm's placeholder is none), with `npm ci` before it when there is a package-lock.json. With dependencies but without
 * that lock file nothing is obvious, and nothing is returned.
 */
export async function detectProjectCommands(repositoryRoot: string): Promise<ProjectCommands> {
  const manifest = parseManifest(await readTextIfExists(join(repositoryRoot, "package.json")));
  const test = manifest.scripts?.test;
  if (typeof test !== "string" || test.trim() === "" || test.includes("no test specified")) return NONE;
  const needsInstall = [manifest.dependencies, manifest.devDependencies].some(
    (dependencies) => Object.keys(dependencies ?? {}).length > 0,
  );
  if (!needsInstall) return { verify: ["npm test"], setup: [] };
  const lock = await readTextIfExists(join(repositoryRoot, "package-lock.json"));
  return lock === undefined ? NONE : { verify: ["npm test"], setup: ["npm ci"] };
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, unknown>>;
  readonly dependencies?: object;
  readonly devDependencies?: object;
}

/** What is not JSON, or not a mapping, has no scripts; saying so is its own tools' task. */
function parseManifest(text: string | undefined): Manifest {
  const value = text === undefined ? undefined : parseJson(text);
  return typeof value === "object" && value !== null ? value : {};
}
