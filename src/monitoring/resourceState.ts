/** One look at the machine. A value that could not be read is undefined, or not a number. */
export interface ResourceReading {
  /** Share of the processors that was busy since the look before, 0 to 1. */
  readonly cpu: number | undefined;
  /** Share of the memory we may use that is taken, 0 to 1. */
  readonly memory: number | undefined;
  /** Bytes free where worktrees are. */
  readonly diskFree: number | undefined;
}

/** What has been seen so far. Times in milliseconds since the epoch. */
export interface ResourceState {
  readonly last: ResourceReading;
  /** Looks in a row that failed, by value. */
  readonly failures: { readonly [Value in keyof ResourceReading]: number };
  /** Since when every look saw the processors above the limit, or below the mark at which work goes on. */
  readonly cpuHighSince: number | undefined;
  readonly cpuLowSince: number | undefined;
  readonly cpuPausedSince: number | undefined;
  readonly paused: { readonly [Value in keyof ResourceReading]: boolean };
}

/*
 * O1. Where work pauses, and, lower, where it goes on: between the two nothing changes, so that it does not go on and
 * off (docs/decisions/0050-scheduling.md).
 */
const CPU_HIGH = 0.9;
const CPU_LOW = 0.8;
const CPU_HIGH_MS = 30_000;
const CPU_LOW_MS = 10_000;
/**
 * A pause for the processors ends after this in any case, and the 30 s begin anew: agents mostly wait for their models,
 * and a machine that builds, or that others keep busy, would hold a run to one worker for ever.
 */
const CPU_LONGEST_PAUSE_MS = 20_000;
const MEMORY_HIGH = 0.85;
const MEMORY_LOW = 0.8;
const DISK_LOW_BYTES = 500_000_000;
const DISK_ENOUGH_BYTES = 600_000_000;
/** Up to here a value that cannot be read counts as the last one that could. */
const MAX_FAILURES = 2;

export const NOTHING_SEEN: ResourceState = {
  last: { cpu: undefined, memory: undefined, diskFree: undefined },
  failures: { cpu: 0, memory: 0, diskFree: 0 },
  cpuHighSince: undefined,
  cpuLowSince: undefined,
  cpuPausedSince: undefined,
  paused: { cpu: false, memory: false, diskFree: false },
};

/** What is known after one more look. */
export function afterReading(before: ResourceState, reading: ResourceReading, now: number): ResourceState {
  const cpu = soundShare(reading.cpu);
  const memory = soundShare(reading.memory);
  const diskFree = sound(reading.diskFree);
  const last = {
    cpu: cpu ?? before.last.cpu,
    memory: memory ?? before.last.memory,
    diskFree: diskFree ?? before.last.diskFree,
  };
  const hasPausedLongEnough =
    before.cpuPausedSince !== undefined && now - before.cpuPausedSince >= CPU_LONGEST_PAUSE_MS;
  const highSince = hasPausedLongEnough ? now : (before.cpuHighSince ?? now);
  const cpuHighSince = isAbove(last.cpu, CPU_HIGH) ? highSince : undefined;
  const cpuLowSince = last.cpu !== undefined && last.cpu < CPU_LOW ? (before.cpuLowSince ?? now) : undefined;
  const lasted = (since: number | undefined, milliseconds: number) =>
    since !== undefined && now - since >= milliseconds;
  const isCpuPaused = before.paused.cpu
    ? !lasted(cpuLowSince, CPU_LOW_MS) && !hasPausedLongEnough
    : lasted(cpuHighSince, CPU_HIGH_MS);
  return {
    last,
    failures: {
      cpu: cpu === undefined ? before.failures.cpu + 1 : 0,
      memory: memory === undefined ? before.failures.memory + 1 : 0,
      diskFree: diskFree === undefined ? before.failures.diskFree + 1 : 0,
    },
    cpuHighSince,
    cpuLowSince,
    cpuPausedSince: isCpuPaused ? (before.cpuPausedSince ?? now) : undefined,
    paused: {
      cpu: isCpuPaused,
      memory: isAbove(last.memory, before.paused.memory ? MEMORY_LOW : MEMORY_HIGH),
      diskFree: isBelow(last.diskFree, before.paused.diskFree ? DISK_ENOUGH_BYTES : DISK_LOW_BYTES),
    },
  };
}

/** Why no further task should be started now, in words; undefined: the machine can bear it. */
export function describePause({ last, failures, paused }: ResourceState): string | undefined {
  const unread = [
    ...(failures.cpu > MAX_FAILURES ? ["processor load"] : []),
    ...(failures.memory > MAX_FAILURES ? ["memory"] : []),
    ...(failures.diskFree > MAX_FAILURES ? ["disk space"] : []),
  ];
  const reasons = [
    ...(paused.cpu ? [`processors ${percent(last.cpu)} busy`] : []),
    ...(paused.memory ? [`memory ${percent(last.memory)} used`] : []),
    ...(paused.diskFree ? [`${Math.floor((last.diskFree ?? 0) / 1_000_000)} MB of disk left`] : []),
    ...(unread.length > 0 ? [`${unread.join(" and ")} cannot be read`] : []),
  ];
  return reasons.length === 0 ? undefined : reasons.join(", ");
}

function isAbove(value: number | undefined, limit: number): boolean {
  return value !== undefined && value > limit;
}

function isBelow(value: number | undefined, limit: number): boolean {
  return value !== undefined && value < limit;
}

function sound(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function soundShare(value: number | undefined): number | undefined {
  const number = sound(value);
  return number === undefined ? undefined : Math.min(number, 1);
}

function percent(share: number | undefined): string {
  return `${Math.round((share ?? 0) * 100)} %`;
}
