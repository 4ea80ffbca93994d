import { setTimeout as wait } from "node:timers/promises";
import { answerOf, type OpencodeClient } from "./opencodeClient.ts";

const MOST_TRIES = 3;
const BETWEEN_TRIES_MS = 100;

/** M4: deletes a session and looks whether it is gone. It should have come to rest: deleting a busy one stops nothing. */
export async function isSessionDeleted(client: OpencodeClient, sessionID: string, directory: string): Promise<boolean> {
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    const isGone = await answerOf("a deletion", (limit) => deleteOnce(client, sessionID, directory, limit)).catch(
      () => false,
    );
    if (isGone) return true;
    await wait(attempt * BETWEEN_TRIES_MS);
  }
  return false;
}

async function deleteOnce(
  { session }: OpencodeClient,
  sessionID: string,
  directory: string,
  signal: AbortSignal,
): Promise<boolean> {
  await session.delete({ sessionID, directory }, { signal });
  const { response } = await session.get({ sessionID, directory }, { signal });
  return response?.status === 404;
}
