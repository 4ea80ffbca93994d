import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endLeftSessions } from "../../src/host/leftSessions.ts";
import { repositoryAt } from "../support/repository.ts";
import { type ServedOpencode, serveOpencode } from "./servedOpencode.ts";

// Sessions that a process of ours left when it died: which are ended, which are not, and in whose directory that is asked.
setDefaultTimeout(60_000);

let host: ServedOpencode;
let slot: string;

beforeAll(async () => {
  host = await serveOpencode({ "a.txt": "hello\n" }, () => ({ kind: "text", text: "done" }), {
    agent: { "mac-worker": { mode: "primary", prompt: "Work." } },
  });
  slot = join(host.repository.path, "..", `slot-${process.pid}`);
  await host.repository.git("worktree", "add", "--quiet", slot);
});

afterAll(async () => {
  await repositoryAt(slot).remove();
  await host[Symbol.asyncDispose]();
});

async function session(more: { parentID?: string; agent?: string; directory?: string } = {}): Promise<string> {
  const { data } = await host.client.session.create({ title: "Left", ...more }, { throwOnError: true });
  return data.id;
}

async function isThere(sessionID: string): Promise<boolean> {
  const { response } = await host.client.session.get({ sessionID });
  return response?.status === 200;
}

test("agents of ours below a dead host's session are ended, and those named; everybody else's stay", async () => {
  const command = await session();
  const below = { parentID: command, agent: "mac-worker" };
  const worker = await session({ ...below, directory: slot });
  const elsewhere = await session(below);
  const persons = await session({ parentID: command, directory: slot });
  const named = await session({ directory: slot, agent: "mac-worker" });
  const other = await session({ directory: slot, agent: "mac-worker" });

  const left = { sessions: [named, "ses_0000000000000000000000gone"], hostSessions: [command], directories: [slot] };
  const ended = await endLeftSessions(host.client, host.repository.path, left);

  expect(ended.toSorted()).toEqual([named, worker].toSorted());
  expect(await Promise.all([named, worker].map(isThere))).toEqual([false, false]);
  expect(await Promise.all([command, elsewhere, persons, other].map(isThere))).toEqual([true, true, true, true]);
  expect(await endLeftSessions(host.client, host.repository.path, left)).toEqual([]);
});

test("a host session that is not there, or a host that does not answer, is no obstacle", async () => {
  const left = { sessions: [], hostSessions: ["ses_0000000000000000000000gone"], directories: [slot] };
  expect(await endLeftSessions(host.client, host.repository.path, left)).toEqual([]);
});

test("nothing that a dead agent left in its work tree is loaded", async () => {
  const planted = join(slot, "..", `planted-${process.pid}`);
  await repositoryAt(host.repository.path).git("worktree", "add", "--quiet", planted);
  try {
    const named = await session({ agent: "mac-worker" });
    mkdirSync(join(planted, ".opencode", "plugin"), { recursive: true });
    const mark = join(planted, "loaded");
    writeFileSync(
      join(planted, ".opencode", "plugin", "evil.js"),
      `import { writeFileSync } from "node:fs"; export const Evil = async () => { writeFileSync(${JSON.stringify(mark)}, ""); return {}; };`,
    );
    const left = { sessions: [named], hostSessions: [], directories: [planted] };
    expect(await endLeftSessions(host.client, host.repository.path, left)).toEqual([named]);
    expect(await Bun.file(mark).exists()).toBe(false);
  } finally {
    await repositoryAt(planted).remove();
  }
});
