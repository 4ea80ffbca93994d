import type { LeftSessions } from "../core/agentRunner.ts";
import { isAgentOfOurs } from "./agents.ts";
import { abortSession } from "./conversation.ts";
import { answerOf, type OpencodeClient } from "./opencodeClient.ts";
import { isSessionDeleted } from "./sessionDeletion.ts";

/**
 * Ends sessions of processes that died: aborted, deleted, and seen to be gone. All is asked for in the user's directory,
 * where sessions of every work tree are known: a request in a dead agent's tree would boot OpenCode there, on whatever
 * configuration that agent wrote.
 */
export async function endLeftSessions(
  client: OpencodeClient,
  userDirectory: string,
  left: LeftSessions,
): Promise<readonly string[]> {
  const below = await Promise.all(left.hostSessions.map((id) => agentsBelow(client, userDirectory, id, left)));
  const ended: string[] = [];
  for (const id of new Set([...left.sessions, ...below.flat()])) {
    if (!(await isThere(client, userDirectory, id))) continue;
    await abortSession(client, id, userDirectory);
    if (await isSessionDeleted(client, id, userDirectory)) ended.push(id);
  }
  return ended;
}

/** Children of a command's session that are agents of ours in a work tree nobody alive works in; others are not ours to end. */
async function agentsBelow(
  client: OpencodeClient,
  directory: string,
  sessionID: string,
  { directories }: LeftSessions,
): Promise<readonly string[]> {
  const children = await answerOf("the sessions of a command", (signal) =>
    client.session.children({ sessionID, directory }, { signal }),
  ).then(
    ({ data }) => data ?? [],
    () => [],
  );
  return children
    .filter(({ agent, directory: own }) => isAgentOfOurs(agent) && directories.includes(own))
    .map(({ id }) => id);
}

async function isThere(client: OpencodeClient, directory: string, sessionID: string): Promise<boolean> {
  const found = await answerOf("a session", (signal) => client.session.get({ sessionID, directory }, { signal })).catch(
    () => undefined,
  );
  return found?.response?.ok === true;
}
