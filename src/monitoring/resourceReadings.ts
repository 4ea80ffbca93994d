import { statfs } from "node:fs/promises";
import { cpus } from "node:os";
import { readMemoryUse } from "./resourceMemory.ts";
import type { ResourceReading } from "./resourceState.ts";

/** Reads the machine this process runs on; `directory`: where worktrees are. A value that cannot be read is undefined. */
export function machineReadings(directory: string): () => Promise<ResourceReading> {
  let before = processorTimes();
  return async () => {
    const [memory, diskFree] = await Promise.all([readMemoryUse(), freeBytes(directory)]);
    const now = processorTimes();
    const cpu = busyShare(before, now);
    before = now;
    return { cpu, memory, diskFree };
  };
}

interface ProcessorTimes {
  readonly busy: number;
  readonly all: number;
}

/** Milliseconds since the machine started, of all processors together. */
function processorTimes(): ProcessorTimes {
  let idle = 0;
  let all = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { busy: all - idle, all };
}

function busyShare(before: ProcessorTimes, now: ProcessorTimes): number | undefined {
  const passed = now.all - before.all;
  return passed > 0 ? (now.busy - before.busy) / passed : undefined;
}

async function freeBytes(directory: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
