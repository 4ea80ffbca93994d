import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { allowedEnvironment } from "../core/environment.ts";
import { hasErrorCode } from "../core/files.ts";
import { type FoundProcess, parseLinuxStat } from "../core/linuxProcess.ts";
import { passed, runProcess } from "../core/shell.ts";

/**
 * Names one process for ever: a process id alone is given again to another one later. What the system does not tell
 * is an empty string.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started: on Linux clock ticks since boot, on macOS a date. Compared, never read. */
  readonly startTime: string;
  /** Which start of the machine's kernel it lives in. */
  readonly bootId: string;
  readonly host: string;
  /** Which set of process ids `pid` belongs to; two containers on one machine have different ones. */
  readonly pidNamespace: string;
}

/** The identity of this process. */
export async function currentProcessIdentity(): Promise<ProcessIdentity> {
  const { pid } = process;
  const [found, bootId, pidNamespace] = await Promise.all([findProcess(pid), readBootId(), readPidNamespace()]);
  return { pid, startTime: found.kind === "running" ? found.startTime : "", bootId, host: hostname(), pidNamespace };
}

/**
 * True only if `owner` is certainly gone, seen from the process `self`: it ended, another process has its id, or its
 * machine was started again since. An owner that cannot be seen from here (another machine or container) counts as
 * alive: taking over from a live owner does harm, waiting for a dead one only costs a message.
 */
export async function isCertainlyDead(owner: ProcessIdentity, self: ProcessIdentity): Promise<boolean> {
  if (owner.bootId === "" || self.bootId === "") return false;
  if (owner.bootId !== self.bootId) return owner.host === self.host;
  if (owner.pidNamespace !== self.pidNamespace) return false;
  const found = await findProcess(owner.pid);
  switch (found.kind) {
    case "none":
      return true;
    case "unknown":
      return false;
    case "running":
      return owner.startTime !== "" && found.startTime !== owner.startTime;
  }
}

function findProcess(pid: number): Promise<FoundProcess> {
  return process.platform === "linux" ? findLinuxProcess(pid) : findProcessByPs(pid);
}

async function findLinuxProcess(pid: number): Promise<FoundProcess> {
  try {
    return parseLinuxStat(await readFile(`/proc/${pid}/stat`, "utf8"));
  } catch (error) {
    // With /proc mounted hidepid, another user's process looks absent there; kill(2) still tells.
    return hasErrorCode(error, "ENOENT", "ESRCH") && !exists(pid) ? { kind: "none" } : { kind: "unknown" };
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasErrorCode(error, "ESRCH");
  }
}

async function findProcessByPs(pid: number): Promise<FoundProcess> {
  const outcome = await runTool("ps", ["-o", "stat=,lstart=", "-p", String(pid)]);
  const [state = "", ...startTime] = outcome.stdout.trim().split(/\s+/);
  if (outcome.end.reason === "exited" && outcome.end.exitCode === 1 && state === "") return { kind: "none" };
  if (!passed(outcome) || state === "") return { kind: "unknown" };
  return state.startsWith("Z") ? { kind: "none" } : { kind: "running", startTime: startTime.join(" ") };
}

async function readBootId(): Promise<string> {
  if (process.platform === "linux") return readOrEmpty(() => readFile("/proc/sys/kernel/random/boot_id", "utf8"));
  const outcome = await runTool("sysctl", ["-n", "kern.bootsessionuuid"]);
  return passed(outcome) ? outcome.stdout.trim() : "";
}

function readPidNamespace(): Promise<string> {
  return process.platform === "linux" ? readOrEmpty(() => readlink("/proc/self/ns/pid")) : Promise.resolve("");
}

async function readOrEmpty(read: () => Promise<string>): Promise<string> {
  try {
    return (await read()).trim();
  } catch {
    // What the system does not tell is unknown, and unknown is treated as alive.
    return "";
  }
}

function runTool(command: string, args: readonly string[]) {
  // A fixed locale: the date is compared with one that another process wrote.
  return runProcess(command, args, {
    cwd: "/",
    env: { ...allowedEnvironment(process.env), LC_ALL: "C", TZ: "UTC" },
    timeoutMs: 2_000,
  });
}
