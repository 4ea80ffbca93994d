import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the programs ran whose output is kept. */
export const PROJECT = "/home/dev/project";

/** What a program really printed, kept under `tests/fixtures/printed`. */
export function printed(name: string): string {
  return readFileSync(join(import.meta.dir, "../../fixtures/printed", `${name}.txt`), "utf8");
}
