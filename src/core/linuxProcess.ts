export type FoundProcess =
  | { readonly kind: "none" }
  | { readonly kind: "unknown" }
  /** `startTime`: when it started, with its id its name for ever. Compared, never read. */
  | { readonly kind: "running"; readonly startTime: string };

/**
 * Reads `/proc/<pid>/stat` (proc(5)). The second field, the program's name, may hold spaces and parentheses, so fields
 * are counted from the last `)`. A zombie has ended; only its parent has not looked yet.
 */
export function parseLinuxStat(stat: string): FoundProcess {
  const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (state === "Z" || state === "X") return { kind: "none" };
  // `state` is field 3, so field 22 is 18 places into the rest.
  const startTime = rest[18];
  return startTime === undefined ? { kind: "unknown" } : { kind: "running", startTime };
}
