import { mkdir, mkdtemp, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "../../git/gitProcess.ts";

/** What each task of the smoke test writes, and where. */
export const SMOKE_TASKS = [
  { id: "T001", file: "one.txt", word: "one" },
  { id: "T002", file: "two.txt", word: "two" },
] as const;

export interface SmokeRepository {
  /** Everything of the smoke test is in it. */
  readonly folder: string;
  readonly repository: string;
  /** Takes the place of the user's XDG_DATA_HOME. */
  readonly data: string;
}

/** A repository of one commit in a new folder below `temporary`, with a backlog of two tasks that do not depend on each other. */
export async function makeSmokeRepository(git: Git, temporary: string): Promise<SmokeRepository> {
  const folder = await realpath(await mkdtemp(join(temporary, "multi-agent-coder-smoke-test-")));
  const repository = join(folder, "repository");
  await mkdir(join(repository, "tasks"), { recursive: true });
  await writeFile(join(repository, "tasks", "BACKLOG.yaml"), BACKLOG);
  await writeFile(join(repository, "readme.txt"), "A repository for a test.\n");
  const options = { cwd: repository, isolated: true, config: [`user.name=${NAME}`, `user.email=${EMAIL}`] };
  await git.must(["init", "--quiet", "--template=", "--initial-branch=main"], options);
  await git.must(["config", "user.name", NAME], options);
  await git.must(["config", "user.email", EMAIL], options);
  await git.must(["add", "--all"], options);
  await git.must(["commit", "--quiet", "--message=First commit"], options);
  return { folder, repository, data: join(folder, "data") };
}

const NAME = "multi-agent-coder";
const EMAIL = "multi-agent-coder@localhost";

const BACKLOG = `version: 1
track_id: smoke-test
title: Smoke test
verify: ["test -s readme.txt"]
tasks:
${SMOKE_TASKS.map(
  ({ id, file, word }) => `  - id: ${id}
    title: Write ${file}
    description: Write the word "${word}" into ${file}.
    files: [${file}]
    acceptance: [{run: "grep -qx ${word} ${file}"}]
    complexity: simple
`,
).join("")}`;
