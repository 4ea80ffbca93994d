import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileOf, makeTrack, type TaskSketch, writesItsWord } from "../../support/track.ts";

// A limit against a hang: some disks need seconds for so many files, and each task has its own copy of them.
setDefaultTimeout(300_000);

const FILE_COUNT = 8_000;
const TASKS: readonly TaskSketch[] = [{ id: "T001" }, { id: "T002" }, { id: "T003", depends_on: ["T001", "T002"] }];

const nameOf = (index: number) => `packages/p${index % 80}/src/file-${index}.txt`;
/** Few different contents: as many objects would be thousands of files more, and make git start a `gc` of its own. */
const contentOf = (index: number) => `content ${index % 50}\n`;
const FILES = Object.fromEntries(Array.from({ length: FILE_COUNT }, (_, index) => [nameOf(index), contentOf(index)]));

test("a repository of 8,000 files: agents see all of them, tasks land, and nothing but their files changes", async () => {
  await using track = await makeTrack({ tasks: TASKS, files: FILES });
  const { repository } = track;
  const base = await repository.git("rev-parse", "HEAD");
  const seen: Record<string, number> = {};

  const { report, runner } = await track.implement(
    async (agent) => {
      seen[agent.task] = (await agent.files()).filter((path) => path.startsWith("packages/")).length;
      await agent.write({ [nameOf(7)]: "scribbled over\n", [nameOf(8)]: null });
      await agent.write({ [nameOf(7)]: contentOf(7), [nameOf(8)]: contentOf(8) });
      return writesItsWord(agent);
    },
    { flags: { workers: 2 } },
  );

  expect(report.outcome).toEqual({ done: true });
  expect(report.text).toContain("Untouched:");
  expect(seen).toEqual({ T001: FILE_COUNT, T002: FILE_COUNT, T003: FILE_COUNT });
  expect(new Set(runner.agents.map((agent) => agent.directory)).size).toBe(2);
  expect(await track.landed(base)).toHaveLength(3);
  const changed = await repository.git("diff", "--name-only", base, "main");
  expect(changed.split("\n")).toEqual(TASKS.map(({ id }) => fileOf(id)));
  expect(await repository.git("status", "--porcelain")).toBe(" M tasks/BACKLOG.yaml");
  expect(await readFile(join(repository.path, nameOf(FILE_COUNT - 1)), "utf8")).toBe(contentOf(FILE_COUNT - 1));
});
