import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT_ROOT } from "./hermeticHome.ts";

/** A heading of docs/RUNBOOK.md and the command lines below it, in order. */
export interface RunbookSection {
  readonly title: string;
  readonly commands: readonly string[];
}

/** Every section that has commands. */
export async function readRunbook(): Promise<readonly RunbookSection[]> {
  const text = await readFile(join(PROJECT_ROOT, "docs/RUNBOOK.md"), "utf8");
  return text
    .split(/^## /m)
    .slice(1)
    .map((part) => ({ title: part.slice(0, part.indexOf("\n")), commands: commandsIn(part) }))
    .filter(({ commands }) => commands.length > 0);
}

function commandsIn(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block ?? "");
  return blocks.flatMap((block) => block.split("\n").filter((line) => line.trim() !== ""));
}
