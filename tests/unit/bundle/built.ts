import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../support/hermeticHome.ts";

/** What `npm run build` made; `npm test` sees to it that it is there and current. */
export const DIST = join(PROJECT_ROOT, "dist");
if (!existsSync(DIST)) throw new Error("No dist/: run npm run build first");

export async function readJson(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
}
