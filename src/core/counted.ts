/** A number with what it counts: `1 task`, `3 tasks`. For words whose plural takes an s. */
export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`;
}
