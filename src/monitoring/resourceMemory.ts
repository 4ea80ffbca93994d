import { readFile } from "node:fs/promises";
import { freemem, platform, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { allowedEnvironment } from "../core/environment.ts";
import { passed, runProcess } from "../core/shell.ts";

/**
 * Share of the memory this process may use that is taken, 0 to 1: of the machine or of a control group it is in,
 * whichever is fuller. What the system would give back at once, such as cached files, does not count as taken.
 */
export async function readMemoryUse(readText: ReadText = readOrUndefined): Promise<number | undefined> {
  if (platform() === "darwin") return readMacMemoryUse();
  const [machine, groups] = await Promise.all([readLinuxMemoryUse(readText), readGroupMemoryUse(readText)]);
  const uses = [machine ?? 1 - freemem() / totalmem(), ...groups].filter((use) => Number.isFinite(use));
  return uses.length === 0 ? undefined : Math.max(...uses);
}

/** Of a small file; undefined: there is none, or it cannot be read. */
export type ReadText = (path: string) => Promise<string | undefined>;

const readOrUndefined: ReadText = (path) => readFile(path, "utf8").catch(() => undefined);

async function readLinuxMemoryUse(readText: ReadText): Promise<number | undefined> {
  const text = (await readText("/proc/meminfo")) ?? "";
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "mu").exec(text)?.[1] ?? Number.NaN);
  const use = 1 - kilobytes("MemAvailable") / kilobytes("MemTotal");
  return Number.isFinite(use) ? use : undefined;
}

interface GroupFiles {
  readonly root: string;
  readonly limit: string;
  readonly usage: string;
  /** What of the statistics is cached files. */
  readonly cache: RegExp;
}

const VERSION_2: GroupFiles = {
  root: "/sys/fs/cgroup",
  limit: "memory.max",
  usage: "memory.current",
  cache: /^(?:inactive_file|active_file) (\d+)$/gmu,
};
const VERSION_1: GroupFiles = {
  root: "/sys/fs/cgroup/memory",
  limit: "memory.limit_in_bytes",
  usage: "memory.usage_in_bytes",
  cache: /^(?:total_inactive_file|total_active_file) (\d+)$/gmu,
};

/** Of each control group that this process is in, or that holds one it is in, and that has a limit. */
async function readGroupMemoryUse(readText: ReadText): Promise<readonly number[]> {
  const membership = (await readText("/proc/self/cgroup")) ?? "";
  const found = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/mu.exec(membership) ?? /^0::(.*)$/mu.exec(membership);
  if (found === null) return [];
  const files = found[0].startsWith("0::") ? VERSION_2 : VERSION_1;
  const uses = await Promise.all(withParents(found[1] ?? "/").map((group) => readGroup(group, files, readText)));
  return uses.filter((use) => use !== undefined);
}

async function readGroup(group: string, files: GroupFiles, readText: ReadText): Promise<number | undefined> {
  const read = (file: string) => readText(join(files.root, group, file));
  const [limit, usage, statistics] = await Promise.all([read(files.limit), read(files.usage), read("memory.stat")]);
  const most = Number(limit);
  // "max", or in version 1 a number beyond any memory: no limit.
  if (limit === undefined || usage === undefined || !(most > 0 && most <= totalmem())) return undefined;
  const cached = [...(statistics ?? "").matchAll(files.cache)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  return Math.max(0, Number(usage) - cached) / most;
}

/** "/a/b" gives "/a/b", "/a" and "/". In a container the path may be one of the outside: then only "/" is there. */
function withParents(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...withParents(parent)];
}

/** What macOS itself calls free memory; its count of free pages leaves out nearly all that is. */
async function readMacMemoryUse(): Promise<number | undefined> {
  const options = { cwd: "/", env: allowedEnvironment(process.env), timeoutMs: 2_000 };
  const level = await runProcess("/usr/sbin/sysctl", ["-n", "kern.memorystatus_level"], options);
  const percent = passed(level) ? Number(level.stdout.trim() || Number.NaN) : Number.NaN;
  return Number.isFinite(percent) ? 1 - percent / 100 : undefined;
}
