import { spawn } from "node:child_process";

/** How a process ended. Only `exited` carries a status; everything else means "no verdict". */
export type ProcessEnd =
  | { readonly reason: "exited"; readonly exitCode: number }
  | { readonly reason: "signaled"; readonly signal: string }
  | { readonly reason: "timeout"; readonly afterMs: number }
  | { readonly reason: "aborted" }
  | { readonly reason: "not-started"; readonly message: string };

export interface ProcessOutcome {
  readonly end: ProcessEnd;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface ProcessOptions {
  readonly cwd: string;
  /** The whole environment of the process, not an addition to ours. */
  readonly env: Readonly<Record<string, string>>;
  /** Every process has a limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Written to standard input, which is then closed. Without it standard input is empty. */
  readonly input?: string | Uint8Array | undefined;
  /** Per stream; what exceeds it is dropped from the middle of nothing: the first bytes are kept. Default 64 MiB. */
  readonly maxOutputBytes?: number | undefined;
}

/** Time between asking a group to end (SIGTERM) and ending it (SIGKILL). */
const KILL_GRACE_MS = 2_000;
const DEFAULT_MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Runs a program in a process group of its own. When the limit passes or `signal` fires, the whole group gets SIGTERM
 * and, by timer, SIGKILL: killing only the first process would leave its children holding the pipes.
 * After the first process ends, what it left running in its group is killed too. Never rejects.
 */
export function runProcess(command: string, args: readonly string[], options: ProcessOptions): Promise<ProcessOutcome> {
  const startedAt = performance.now();
  const limit = options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
  if (options.signal?.aborted) return Promise.resolve(emptyOutcome({ reason: "aborted" }));

  return new Promise((resolve) => {
    const stdout = new BoundedOutput(limit);
    const stderr = new BoundedOutput(limit);
    let forced: ProcessEnd | undefined;
    let killTimer: NodeJS.Timeout | undefined;

    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });

    const endGroup = (reason: ProcessEnd) => {
      if (forced) return;
      forced = reason;
      signalGroup(child.pid, "SIGTERM");
      killTimer = setTimeout(() => signalGroup(child.pid, "SIGKILL"), KILL_GRACE_MS);
    };
    const timer = setTimeout(() => endGroup({ reason: "timeout", afterMs: options.timeoutMs }), options.timeoutMs);
    const onAbort = () => endGroup({ reason: "aborted" });
    options.signal?.addEventListener("abort", onAbort, { once: true });

    const settle = (end: ProcessEnd) => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      options.signal?.removeEventListener("abort", onAbort);
      resolve({
        end: forced ?? end,
        stdout: stdout.text(),
        stderr: stderr.text(),
        durationMs: Math.round(performance.now() - startedAt),
      });
    };

    child.on("error", (error) => settle({ reason: "not-started", message: error.message }));
    // `exit` comes before the pipes close: a child left in the group would hold them open for ever.
    child.on("exit", () => signalGroup(child.pid, "SIGKILL"));
    child.on("close", (exitCode, signal) => {
      settle(exitCode === null ? { reason: "signaled", signal: signal ?? "unknown" } : { reason: "exited", exitCode });
    });
    child.stdout?.on("data", (chunk: Buffer) => stdout.add(chunk));
    child.stderr?.on("data", (chunk: Buffer) => stderr.add(chunk));
    // A program that ends without reading its input closes the pipe: that is its business, not an error of ours.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input);
  });
}

/**
 * Runs a shell command line with `bash`, or `sh` where there is no bash. `prefix`: program and arguments that start it
 * within limits (see `Confinement`).
 */
export function runShellCommand(
  commandLine: string,
  options: ProcessOptions & { readonly prefix?: readonly string[] },
): Promise<ProcessOutcome> {
  const script = 'if command -v bash >/dev/null 2>&1; then exec bash -c "$1"; else exec sh -c "$1"; fi';
  const [program = "/bin/sh", ...args] = [...(options.prefix ?? []), "/bin/sh", "-c", script, "sh", commandLine];
  return runProcess(program, args, options);
}

/** True only for a process that ended by itself with status 0. */
export function passed(outcome: ProcessOutcome): boolean {
  return outcome.end.reason === "exited" && outcome.end.exitCode === 0;
}

function emptyOutcome(end: ProcessEnd): ProcessOutcome {
  return { end, stdout: "", stderr: "", durationMs: 0 };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: the group is already gone, which is what was wanted.
  }
}

/** Keeps the first `limit` bytes of a stream. */
class BoundedOutput {
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  add(chunk: Buffer): void {
    const kept = chunk.subarray(0, Math.max(0, this.limit - this.size));
    if (kept.length === 0) return;
    this.chunks.push(kept);
    this.size += kept.length;
  }

  text(): string {
    return Buffer.concat(this.chunks).toString("utf8");
  }
}
