import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../core/refusal.ts";
import type { Sandbox } from "../../core/sandbox.ts";
import type { ResourceReading } from "../../monitoring/resourceState.ts";
import type { HealthCheck, HealthVerdict } from "../../verification/instrumentationChecker.ts";

/** Below the first work pauses soon; below the second not even a few work trees fit. */
const DISK_WARNING_BYTES = 1_000_000_000;
const DISK_FAILED_BYTES = 200_000_000;
/** O1. From here on one task at a time is worked on. */
const MEMORY_HIGH = 0.85;
const LIMIT_MS = 10_000;

export interface MachineCheckOptions {
  /** Folder that all of our state is in; it is made if it is not there. */
  readonly folder: string;
  /** Looks at the machine, and at the disk that `folder` is on. */
  readonly read: () => Promise<ResourceReading>;
}

export function machineChecks(options: MachineCheckOptions): readonly HealthCheck[] {
  return [
    { name: "disk", limitMs: LIMIT_MS, check: () => checkDisk(options) },
    { name: "memory", limitMs: LIMIT_MS, overdue: "warning", check: () => checkMemory(options) },
  ];
}

async function checkDisk({ folder, read }: MachineCheckOptions): Promise<HealthVerdict> {
  const refused = await whyNotWritable(folder);
  if (refused !== undefined) {
    const mend = "make it writable, or set XDG_DATA_HOME to a folder that is";
    return { result: "failed", says: `${folder} cannot be written: ${refused}`, mend };
  }
  const { diskFree } = await read();
  if (diskFree === undefined || !Number.isFinite(diskFree)) {
    return { result: "warning", says: "free space cannot be read" };
  }
  const says = `${gigabytes(diskFree)} free where work trees are (${folder})`;
  if (diskFree >= DISK_WARNING_BYTES) return { result: "ok", says };
  const mend =
    "free some space, or set XDG_DATA_HOME to a folder on another disk; 1 GB is enough for small repositories";
  return { result: diskFree < DISK_FAILED_BYTES ? "failed" : "warning", says: `only ${says}`, mend };
}

async function whyNotWritable(folder: string): Promise<string | undefined> {
  const file = join(folder, `.health-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, "x");
    await rm(file);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function checkMemory({ read }: MachineCheckOptions): Promise<HealthVerdict> {
  const { memory } = await read();
  if (memory === undefined || !Number.isFinite(memory)) return { result: "warning", says: "its use cannot be read" };
  const says = `${Math.round(memory * 100)} % in use`;
  if (memory <= MEMORY_HIGH) return { result: "ok", says };
  return { result: "warning", says: `${says}: tasks are worked on one at a time`, mend: "end other programs" };
}

function gigabytes(bytes: number): string {
  return bytes < 1_000_000_000 ? `${Math.floor(bytes / 1_000_000)} MB` : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

export function sandboxVerdict({ notice }: Pick<Sandbox, "notice">): HealthVerdict {
  if (notice !== undefined) return { result: "warning", says: notice };
  return { result: "ok", says: "bubblewrap keeps commands in their work tree" };
}
