import type { Attempt } from "./attempt.ts";

/**
 * D1. Version of all that whoever works on a task is told besides what the task holds: the system text of its agent, and
 * the sections of its message. A test holds each against their text.
 */
const VERSIONS = { agent: "worker-2", patch: "patcher-1" } as const satisfies Record<Attempt["mode"], string>;

export function promptVersionOf(mode: Attempt["mode"]): string {
  return VERSIONS[mode];
}
