import { existsSync } from "node:fs";
import { allowedEnvironment } from "../core/environment.ts";
import { Refusal } from "../core/refusal.ts";
import { failure, type Result, success } from "../core/result.ts";
import { runProcess } from "../core/shell.ts";
import { failureFromEnd, GitError, type GitFailure, reasonFromStderr } from "./gitFailure.ts";
import { outwaitLocks } from "./staleLocks.ts";

/** The oldest git with `merge-tree --write-tree`. */
const MINIMUM_VERSION = [2, 38] as const;

/** Far above what any of our commands takes: a limit against a hang, not a budget. */
const DEFAULT_TIMEOUT_MS = 120_000;

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * Settings no configuration may override. Hooks and fsmonitor are programs git would start; gc and maintenance would
 * change the repository in the background; the rest pins what our parsers and index files rely on.
 */
const PINNED_CONFIG: readonly string[] = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.quotePath=false",
  "core.splitIndex=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "submodule.recurse=false",
  "color.ui=false",
  "core.pager=cat",
  "protocol.allow=never",
];

export interface GitOptions {
  /** Where git runs. */
  readonly cwd: string;
  /** Names the repository instead of letting git look for one upwards of `cwd`. */
  readonly gitDir?: string | undefined;
  /** With `gitDir`: the work tree. */
  readonly workTree?: string | undefined;
  /** Keeps the user's and the machine's git configuration out: for repositories of our own. */
  readonly isolated?: boolean | undefined;
  /** Further `name=value` settings. */
  readonly config?: readonly string[] | undefined;
  /** Further variables, such as GIT_INDEX_FILE. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly input?: string | Uint8Array | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Directories that only git processes of ours work in: a lock that a killed one left there is removed. */
  readonly mendLocksIn?: readonly string[] | undefined;
}

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
}

/** The only place that starts git. It knows no repository: that is in each call's options. */
export class Git {
  /** What git sees of the user's environment; no GIT_* variable is in it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Who the user's environment says is the author, where it does: for `git commit` it goes before any setting. */
  readonly authorOfEnvironment: { readonly name: string | undefined; readonly email: string | undefined };

  constructor(environment: NodeJS.ProcessEnv) {
    this.authorOfEnvironment = { name: environment.GIT_AUTHOR_NAME, email: environment.GIT_AUTHOR_EMAIL };
    const configHome = environment.XDG_CONFIG_HOME;
    this.environment = {
      ...allowedEnvironment(environment),
      ...(configHome === undefined ? {} : { XDG_CONFIG_HOME: configHome }),
      LC_ALL: "C",
      GIT_TERMINAL_PROMPT: "0",
      // `status` would otherwise rewrite the user's index, and hold its lock for that.
      GIT_OPTIONAL_LOCKS: "0",
    };
  }

  /** Standard output of a command that is expected to be able to fail. */
  async run(args: readonly string[], options: GitOptions): Promise<Result<string, GitFailure>> {
    const outcome = await this.runAccepting([0], args, options);
    return outcome.ok ? success(outcome.value.stdout) : outcome;
  }

  /** Standard output; throws GitError when the command fails. */
  async must(args: readonly string[], options: GitOptions): Promise<string> {
    const outcome = await this.run(args, options);
    if (!outcome.ok) throw new GitError(outcome.failure);
    return outcome.value;
  }

  /** For commands that answer by exit status: 0 is yes, 1 is no; anything else throws GitError. */
  async test(args: readonly string[], options: GitOptions): Promise<boolean> {
    const outcome = await this.runAccepting([0, 1], args, options);
    if (!outcome.ok) throw new GitError(outcome.failure);
    return outcome.value.exitCode === 0;
  }

  /** For commands whose exit status is part of the answer. */
  async runAccepting(
    exitCodes: readonly number[],
    args: readonly string[],
    options: GitOptions,
  ): Promise<Result<Ended, GitFailure>> {
    const { mendLocksIn } = options;
    const once = () => this.runOnce(exitCodes, args, options);
    return mendLocksIn === undefined ? once() : outwaitLocks(once, mendLocksIn);
  }

  private async runOnce(
    exitCodes: readonly number[],
    args: readonly string[],
    options: GitOptions,
  ): Promise<Result<Ended, GitFailure>> {
    const command = shownCommand(args);
    const outcome = await runProcess("git", [...this.globalArguments(options), ...args], {
      cwd: options.cwd,
      env: { ...this.environment, ...(options.isolated ? ISOLATION : {}), ...options.env },
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maxOutputBytes: MAX_OUTPUT_BYTES,
      signal: options.signal,
      input: options.input,
    });
    if (outcome.end.reason !== "exited") {
      return failure(failureFromEnd(outcome.end, command, existsSync(options.cwd)));
    }
    const { exitCode } = outcome.end;
    if (!exitCodes.includes(exitCode)) {
      const message = outcome.stderr.trim() || `exit status ${exitCode}`;
      return failure({ reason: reasonFromStderr(outcome.stderr), command, message });
    }
    // The process runner keeps the first bytes only; half an answer must never pass for a whole one.
    if (Buffer.byteLength(outcome.stdout) >= MAX_OUTPUT_BYTES) {
      return failure({ reason: "output-too-large", command, message: `printed more than ${MAX_OUTPUT_BYTES} bytes` });
    }
    return success({ exitCode, stdout: outcome.stdout });
  }

  private globalArguments(options: GitOptions): string[] {
    return [
      "--no-pager",
      "--literal-pathspecs",
      ...[...PINNED_CONFIG, ...(options.config ?? [])].flatMap((setting) => ["-c", setting]),
      ...(options.gitDir === undefined ? [] : [`--git-dir=${options.gitDir}`]),
      ...(options.workTree === undefined ? [] : [`--work-tree=${options.workTree}`]),
    ];
  }
}

const ISOLATION = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", GIT_ATTR_NOSYSTEM: "1" } as const;

/** The two numbers that matter of `git version` output, such as "git version 2.39.5 (Apple Git-154)". */
export function parseGitVersion(output: string): readonly [number, number] | undefined {
  const match = /git version (\d+)\.(\d+)/.exec(output);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}

/** Throws Refusal when there is no git, or one that is too old. */
export async function requireGit(git: Git): Promise<void> {
  const wanted = `git ${MINIMUM_VERSION.join(".")} or newer`;
  const outcome = await git.run(["version"], { cwd: "/" });
  if (!outcome.ok) {
    if (outcome.failure.reason !== "git-missing") throw new GitError(outcome.failure);
    throw new Refusal(`git was not found on the PATH: install ${wanted}.`);
  }
  const found = parseGitVersion(outcome.value);
  const shown = outcome.value.trim();
  if (found === undefined)
    throw new Refusal(`\`git version\` says "${shown}", which is no version: install ${wanted}.`);
  const [major, minor] = found;
  const enough = major > MINIMUM_VERSION[0] || (major === MINIMUM_VERSION[0] && minor >= MINIMUM_VERSION[1]);
  if (!enough) throw new Refusal(`This is ${shown}, which is too old: install ${wanted}.`);
}

/** Standard output without the newline git ends it with; a newline that belongs to a path stays. */
export function withoutFinalNewline(output: string): string {
  return output.endsWith("\n") ? output.slice(0, -1) : output;
}

/** The fields of NUL-terminated output. */
export function splitNul(output: string): string[] {
  if (output === "") return [];
  return (output.endsWith("\0") ? output.slice(0, -1) : output).split("\0");
}

function shownCommand(args: readonly string[]): string {
  const line = ["git", ...args].join(" ");
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
