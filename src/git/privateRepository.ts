import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readTextIfExists, writeFileAtomic } from "../core/files.ts";
import type { UserRepository } from "./userRepository.ts";

export interface PrivateRepositoryOptions {
  /** Object directories whose objects are readable here without a copy. */
  readonly alternates: readonly string[];
  /** Config lines after those that every repository of ours has. */
  readonly config: string;
  /** Attribute lines that win over the user's. */
  readonly attributes: string;
  /** Survives a loss of power, at the price of a file sync each. */
  readonly durable: boolean;
}

/**
 * Makes `gitDir` a bare repository of ours that sees the user's objects, and shares with the user's repository what
 * no commit holds: the shallow boundary, ignore rules and attributes. Of its configuration it shares nothing: no
 * remote, credential, hook, filter or alias. Writing it again is harmless and mends what a crash left half done.
 */
export async function writePrivateRepository(
  gitDir: string,
  user: UserRepository,
  options: PrivateRepositoryOptions,
): Promise<void> {
  for (const directory of ["objects/info", "objects/pack", "refs/heads", "info"]) {
    await mkdir(join(gitDir, directory), { recursive: true });
  }
  const [shallow, attributes] = await Promise.all([
    readTextIfExists(join(user.commonDir, "shallow")),
    readTextIfExists(join(user.commonDir, "info", "attributes")),
  ]);
  const files: readonly (readonly [string, string | undefined])[] = [
    ["config", configText(user, options.config)],
    ["objects/info/alternates", options.alternates.map((path) => `${quoteAlternate(path)}\n`).join("")],
    ["info/exclude", user.ignoreRules],
    ["info/attributes", `${attributes ?? ""}\n${options.attributes}`],
    ["shallow", shallow],
    // Last: git takes a directory without HEAD for no repository, so a half-made one is never used.
    ["HEAD", "ref: refs/heads/none\n"],
  ];
  for (const [name, content] of files) await writeIfDifferent(join(gitDir, name), content, options.durable);
}

async function writeIfDifferent(path: string, content: string | undefined, durable: boolean): Promise<void> {
  if ((await readTextIfExists(path)) === content) return;
  if (content === undefined) await rm(path, { force: true });
  else await (durable ? writeFileAtomic(path, content) : writeFile(path, content));
}

function configText(user: UserRepository, more: string): string {
  const format =
    user.objectFormat === "sha256"
      ? "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n"
      : "[core]\n\trepositoryformatversion = 0\n";
  return `${format}[core]
\tbare = true
\tfilemode = true
\thooksPath = /dev/null
\tfsmonitor = false
\texcludesFile = /dev/null
\tattributesFile = /dev/null
[gc]
\tauto = 0
[maintenance]
\tauto = false
[diff]
\tignoreSubmodules = all
${more}`;
}

/** A line of `objects/info/alternates`: git unquotes C-style strings there, which a newline in a path needs. */
function quoteAlternate(path: string): string {
  if (!/^["#]|[\n\\]/.test(path)) return path;
  return `"${path.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
