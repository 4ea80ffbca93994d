import { randomBytes } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../core/clock.ts";
import { hasErrorCode, readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { parseJson } from "../core/parseJson.ts";

const version = z.literal(1);

const requestSchema = z.discriminatedUnion("kind", [
  z.strictObject({ version, kind: z.literal("answer"), checkpoint: z.string(), input: z.string() }),
  z.strictObject({
    version,
    kind: z.literal("rollback"),
    /** One of the three. */
    task: z.string().optional(),
    to: z.string().optional(),
    checkpoint: z.string().optional(),
    mode: z.enum(["full", "partial", "smart"]).optional(),
  }),
  /** Of one task's agent, or of the whole run. */
  z.strictObject({ version, kind: z.literal("pause"), task: z.string().optional(), on: z.boolean() }),
]);

/** What a person wants of a run, written by a process that does not own it. */
export type RunRequest = Readonly<z.infer<typeof requestSchema>>;
export type RunRequestOf<Kind extends RunRequest["kind"]> = Extract<RunRequest, { readonly kind: Kind }>;

/** A request as it lies in the inbox; its name tells it from all others. */
export interface WaitingRequest {
  readonly name: string;
  readonly request: RunRequest;
}

type Unversioned<Request> = Request extends unknown ? Omit<Request, "version"> : never;

/** Leaves a request for whoever owns the run, now or later. It is on disk when this resolves. @returns its name */
export async function leaveRequest(
  runDirectory: string,
  clock: Clock,
  request: Unversioned<RunRequest>,
): Promise<string> {
  const name = `${String(clock.now()).padStart(15, "0")}-${randomBytes(4).toString("hex")}.json`;
  await writeFileAtomic(join(inboxOf(runDirectory), name), `${JSON.stringify({ version: 1, ...request })}\n`, 0o600);
  return name;
}

/** When a request was left, in milliseconds since the epoch. */
export function leftAt(name: string): number {
  return Number.parseInt(name, 10);
}

/** The requests that wait, oldest first. What is no request is passed by. */
export async function waitingRequests(runDirectory: string): Promise<readonly WaitingRequest[]> {
  const inbox = inboxOf(runDirectory);
  const waiting: WaitingRequest[] = [];
  for (const name of await requestNames(inbox)) {
    const parsed = requestSchema.safeParse(parseJson((await readTextIfExists(join(inbox, name))) ?? ""));
    if (parsed.success) waiting.push({ name, request: parsed.data });
  }
  return waiting;
}

/** Removes a request that has been dealt with, which the journal knows by now. */
export async function removeRequest(runDirectory: string, name: string): Promise<void> {
  await rm(join(inboxOf(runDirectory), name), { force: true });
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
