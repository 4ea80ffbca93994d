import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { ModelReply } from "./modelReply.ts";
import type { ModelRequest } from "./modelRequest.ts";
import { writesThenDone } from "./pipelineScript.ts";
import type { Repository } from "./repository.ts";

/** One word a file; the check at every commit: each word that is there stands alone on its line. */
export const VERIFY = "for file in words/*.txt; do grep -qx '[a-z]*' \"$file\" || exit 1; done";

export interface TaskSketch {
  readonly id: string;
  readonly depends_on?: readonly string[];
}

/** The one file a task writes. */
export const pathOf = (id: string) => `words/${id.toLowerCase()}.txt`;

export function backlogOf(tasks: readonly TaskSketch[], verify: readonly string[] = [VERIFY]): string {
  return stringify({
    version: 1,
    track_id: "words",
    title: "Words",
    verify,
    tasks: tasks.map(({ id, depends_on = [] }) => ({
      id,
      title: `Write ${pathOf(id)}`,
      description: `Write one word into ${pathOf(id)}.\n`,
      depends_on,
      files: [pathOf(id)],
      acceptance: [{ run: `test -s ${pathOf(id)}` }],
    })),
  });
}

/** What the repository holds before the first task. */
export const FILES = { "words/first.txt": "first\n" };

/** A worker that does its task. */
export const writesItsWord = (task: string, request: ModelRequest): ModelReply =>
  writesThenDone({ [pathOf(task)]: "word\n" })(request);

/** Each task's status, as BACKLOG.yaml shows it. */
export async function statuses(repository: Repository): Promise<Record<string, string>> {
  const backlog = parse(await readFile(join(repository.path, "tasks/BACKLOG.yaml"), "utf8")) as {
    tasks: { id: string; status: string }[];
  };
  return Object.fromEntries(backlog.tasks.map(({ id, status }) => [id, status]));
}
