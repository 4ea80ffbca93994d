import { randomBytes } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { hasErrorCode, readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { parseJson } from "../core/parseJson.ts";

const requestSchema = z.strictObject({
  version: z.literal(1),
  kind: z.literal("answer"),
  checkpoint: z.string(),
  input: z.string(),
});

/** What a person wants of a run, written by a process that does not own it. */
export type RunRequest = Readonly<z.infer<typeof requestSchema>>;

/** Leaves a request for whoever owns the run, now or later. It is on disk when this resolves. */
export async function leaveRequest(
  runDirectory: string,
  clock: Clock,
  request: Omit<RunRequest, "version">,
): Promise<void> {
  const name = `${String(clock.now()).padStart(15, "0")}-${randomBytes(4).toString("hex")}.json`;
  const whole: RunRequest = { version: 1, ...request };
  await writeFileAtomic(join(inboxOf(runDirectory), name), `${JSON.stringify(whole)}\n`, 0o600);
}

/**
 * Hands the waiting requests, the oldest first, to `take`, and removes them once that has resolved. What is no request is
 * left where it is.
 */
export async function takeRequests(
  runDirectory: string,
  take: (requests: readonly RunRequest[]) => Promise<void>,
): Promise<void> {
  const inbox = inboxOf(runDirectory);
  const waiting: { readonly path: string; readonly request: RunRequest }[] = [];
  for (const name of await requestNames(inbox)) {
    const path = join(inbox, name);
    const parsed = requestSchema.safeParse(parseJson((await readTextIfExists(path)) ?? ""));
    if (parsed.success) waiting.push({ path, request: parsed.data });
  }
  await take(waiting.map(({ request }) => request));
  for (const { path } of waiting) await rm(path, { force: true });
}

async function requestNames(inbox: string): Promise<string[]> {
  try {
    return (await readdir(inbox)).filter((name) => name.endsWith(".json")).sort();
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return [];
    throw error;
  }
}

function inboxOf(runDirectory: string): string {
  return join(runDirectory, "inbox");
}
