import { realpath, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runProcess } from "../../core/shell.ts";

/** Programs whose version decides what an installation looks like. */
const TOOLS: readonly string[] = [
  ...["node", "npm", "npx", "pnpm", "yarn", "corepack", "bun", "deno"],
  ...["python3", "python", "pip", "pip3", "uv", "poetry", "pdm", "pipenv", "conda"],
  ...["go", "cargo", "rustc", "ruby", "bundle", "gem", "php", "composer"],
  ...[
    "java",
    "javac",
    "mvn",
    "gradle",
    "dotnet",
    "elixir",
    "mix",
    "dart",
    "flutter",
    "swift",
    "cc",
    "gcc",
    "clang",
    "make",
  ],
];

/** Those that a version manager stands in for by a script that never changes, and that answer in milliseconds. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  node: ["--version"],
  python3: ["--version"],
  ruby: ["--version"],
  php: ["--version"],
};

const ASK_LIMIT_MS = 5_000;

/**
 * What PATH gives of the tools that install packages, as one text that changes with any of them: where each really is,
 * its size and its age, and the version where that says too little.
 */
export async function describeToolchain(environment: Readonly<Record<string, string>>): Promise<string> {
  const folders = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const lines = await Promise.all(TOOLS.map((tool) => describeTool(tool, folders, environment)));
  return [`${process.platform} ${process.arch}`, ...lines.filter((line) => line !== undefined)].join("\n");
}

async function describeTool(
  tool: string,
  folders: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  for (const folder of folders) {
    const real = await realpath(join(folder, tool)).catch(() => undefined);
    if (real === undefined) continue;
    const { mtimeMs, size } = await stat(real);
    const args = ASKED[tool];
    const version = args === undefined ? "" : await versionOf(real, args, environment);
    return [tool, real, size, Math.round(mtimeMs), version].join(" ");
  }
  return undefined;
}

async function versionOf(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const outcome = await runProcess(program, args, { cwd: "/", env: environment, timeoutMs: ASK_LIMIT_MS });
  return outcome.stdout.trim().split("\n")[0] ?? "";
}
