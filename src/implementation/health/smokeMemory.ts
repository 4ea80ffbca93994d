import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomic } from "../../core/files.ts";
import { dataDirectory } from "../../core/stateDirectory.ts";

/** What the whole loop depends on, besides the repository. */
export interface SmokeSurroundings {
  /** What `git version` prints. */
  readonly gitVersion: string;
  /** What the sandbox does not protect; undefined: it is on. */
  readonly sandboxNotice: string | undefined;
}

/** The file below the data folder that is there once the smoke test has passed in these surroundings. */
export async function smokeMemoryFile(
  environment: NodeJS.ProcessEnv,
  { gitVersion, sandboxNotice }: SmokeSurroundings,
): Promise<string> {
  const { bun = "", node } = process.versions;
  const facts = [await ownCode(), gitVersion.trim(), node, bun, process.platform, sandboxNotice ?? "bubblewrap"];
  const digest = createHash("sha256").update(facts.join("\n")).digest("hex").slice(0, 24);
  return join(dataDirectory(environment), "smoke-tests", digest);
}

export function hasPassedBefore(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** A pass that cannot be remembered costs the next run a moment, no more. */
export async function rememberPass(file: string): Promise<void> {
  await writeFileAtomic(file, "", 0o600).catch(() => undefined);
}

/** Of the file this is in: bundled, that is all of our code, so another build is another version. */
async function ownCode(): Promise<string> {
  return createHash("sha256")
    .update(await readFile(fileURLToPath(import.meta.url)))
    .digest("hex");
}
