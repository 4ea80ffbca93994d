import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { passed, runProcess } from "../../src/core/shell.ts";

/** Files by path, relative to the repository's root. */
export type FileTree = Readonly<Record<string, string>>;

/** A throw-away git repository. */
export interface Repository {
  readonly path: string;
  /** Runs git there and gives its standard output without the last newline; throws when git fails. */
  git(...args: readonly string[]): Promise<string>;
  /** Writes files without committing them. */
  write(files: FileTree): Promise<void>;
  /** Commits everything there is, and gives the commit's id. */
  commit(message: string): Promise<string>;
  remove(): Promise<void>;
}

export interface RepositoryOptions {
  /** The first commit's files. Without any, and without `from`, there is no commit. */
  readonly files?: FileTree;
  /** A folder whose content is copied into the first commit. */
  readonly from?: string;
  /** Default: a new folder under the system's temporary folder. */
  readonly path?: string;
}

/** git without this machine's configuration, with a fixed locale, identity and clock zone. */
const GIT_ENVIRONMENT = {
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Ada Example",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada Example",
  GIT_COMMITTER_EMAIL: "ada@example.com",
} as const;

export async function makeRepository(options: RepositoryOptions = {}): Promise<Repository> {
  const made = options.path ?? (await mkdtemp(join(tmpdir(), "mac-repository-")));
  await mkdir(made, { recursive: true });
  // macOS: the temporary folder is behind a symbolic link, and git answers with the real path.
  const repository = repositoryAt(await realpath(made));
  await repository.git("init", "--quiet", "--initial-branch=main");
  await repository.git("config", "user.name", "Ada Example");
  await repository.git("config", "user.email", "ada@example.com");
  if (options.from !== undefined) await cp(options.from, repository.path, { recursive: true });
  if (options.files !== undefined) await repository.write(options.files);
  if (options.from !== undefined || options.files !== undefined) await repository.commit("First commit");
  return repository;
}

/** The same handle for a repository, clone or worktree that exists already. */
export function repositoryAt(path: string): Repository {
  const git = (...args: readonly string[]) => runGit(path, args);
  return {
    path,
    git,
    async write(files) {
      for (const [name, content] of Object.entries(files)) {
        const target = join(path, name);
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, content);
      }
    },
    async commit(message) {
      await git("add", "--all");
      await git("commit", "--quiet", "--message", message);
      return git("rev-parse", "HEAD");
    },
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}

async function runGit(cwd: string, args: readonly string[]): Promise<string> {
  const outcome = await runProcess("git", args, { cwd, env: GIT_ENVIRONMENT, timeoutMs: 30_000 });
  if (!passed(outcome)) throw new Error(`git ${args.join(" ")} failed in ${cwd}: ${outcome.stderr.trim()}`);
  return outcome.stdout.replace(/\n$/, "");
}
