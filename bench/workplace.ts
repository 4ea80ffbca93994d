import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { passed, runProcess } from "../src/core/shell.ts";
import { type StateDirectory, stateDirectoryFor } from "../src/core/stateDirectory.ts";
import { ControlRepository } from "../src/git/controlRepository.ts";
import { Git } from "../src/git/gitProcess.ts";
import { inspectRepository, type UserRepository } from "../src/git/userRepository.ts";
import { makeRepository, type Repository } from "../tests/support/repository.ts";

/** A user's repository of so many files, and ours beside it, in one temporary folder. */
export interface Workplace extends AsyncDisposable {
  readonly folder: string;
  readonly repository: Repository;
  /** What the user would run in the repository; some disks take their time. */
  run(...args: readonly string[]): Promise<string>;
  readonly git: Git;
  readonly user: UserRepository;
  readonly state: StateDirectory;
  readonly control: ControlRepository;
}

export async function makeWorkplace(files: number): Promise<Workplace> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "mac-bench-")));
  const repository = await makeRepository({ path: join(folder, "project") });
  await importCommits(join(repository.path, ".git"), [{ ref: "refs/heads/main", files: manyFiles(files) }]);
  const run = (...args: readonly string[]) => runAsUser(repository.path, args);
  await run("reset", "--quiet", "--hard");
  const environment = { PATH: process.env.PATH ?? "", HOME: folder, XDG_DATA_HOME: join(folder, "data") };
  const git = new Git(environment);
  const user = await inspectRepository(git, repository.path);
  const state = stateDirectoryFor(user.commonDir, environment);
  const control = await ControlRepository.open(git, state, user);
  const dispose = () => rm(folder, { recursive: true, force: true });
  return { folder, repository, run, git, user, state, control, [Symbol.asyncDispose]: dispose };
}

export interface ImportedCommit {
  readonly ref: string;
  readonly parent?: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Writes commits without a work tree, all in one git process. */
export async function importCommits(gitDirectory: string, commits: readonly ImportedCommit[]): Promise<void> {
  const input = commits.map(importText).join("");
  const args = [`--git-dir=${gitDirectory}`, "fast-import", "--quiet", "--force"];
  const env = { PATH: process.env.PATH ?? "", HOME: gitDirectory };
  const outcome = await runProcess("git", args, { cwd: gitDirectory, env, timeoutMs: 60_000, input });
  if (!passed(outcome)) throw new Error(`git fast-import failed: ${outcome.stderr}`);
}

async function runAsUser(cwd: string, args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH ?? "", HOME: cwd, GIT_CONFIG_NOSYSTEM: "1" };
  const outcome = await runProcess("git", args, { cwd, env, timeoutMs: 600_000 });
  if (!passed(outcome)) throw new Error(`git ${args.join(" ")} failed: ${outcome.stderr}`);
  return outcome.stdout.trimEnd();
}

function importText({ ref, parent, files }: ImportedCommit): string {
  const written = Object.entries(files).map(([path, content]) => `M 100644 inline ${path}\n${data(content)}`);
  const from = parent === undefined ? "" : `from ${parent}\n`;
  const author = "Ada Example <ada@example.com> 1700000000 +0000";
  return `commit ${ref}\nauthor ${author}\ncommitter ${author}\n${data("work\n")}${from}${written.join("")}\n`;
}

function data(content: string): string {
  return `data ${Buffer.byteLength(content)}\n${content}\n`;
}

function manyFiles(count: number): Record<string, string> {
  const line = (index: number) => `export const value${index} = ${index};\n`;
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `packages/p${index % 80}/src/file-${index}.ts`,
      line(index).repeat(20),
    ]),
  );
}
