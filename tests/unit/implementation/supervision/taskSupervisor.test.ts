import { expect, test } from "bun:test";
import { deferred } from "../../../../src/core/deferred.ts";
import { AgentHold } from "../../../../src/implementation/supervision/agentHold.ts";
import { Checkpoints } from "../../../../src/implementation/supervision/checkpoints.ts";
import { Notices } from "../../../../src/implementation/supervision/notices.ts";
import { TaskScope } from "../../../../src/implementation/supervision/taskScope.ts";
import { TaskSupervisor } from "../../../../src/implementation/supervision/taskSupervisor.ts";
import { ToolLock } from "../../../../src/implementation/supervision/toolLock.ts";
import { WriteFence } from "../../../../src/implementation/supervision/writeFence.ts";
import type { Task } from "../../../../src/types.ts";

const QUESTION = { message: "Which?", options: ["a"] };

/** A supervisor whose agent's work is saved once `saved` is resolved. */
function supervised() {
  const saved = deferred<undefined>();
  const seen: string[] = [];
  const lock = new ToolLock();
  const scope = new TaskScope({ id: "T001", files: ["a.txt"] } as unknown as Task, []);
  const supervisor = new TaskSupervisor({
    ...{ task: "T001", attempt: 1, checkpoint: "run-T001-1", worktree: "/nowhere", scope, lock },
    fence: new WriteFence("/nowhere", scope),
    hold: new AgentHold({
      isWanted: () => false,
      subscribe: () => () => undefined,
      settle: async () => undefined,
      record: async () => undefined,
      signal: new AbortController().signal,
    }),
    checkpoints: new Checkpoints({
      lock,
      take: async (cause) => {
        seen.push(`saves: ${cause}`);
        return saved.promise;
      },
      onTaken: () => undefined,
      onFailed: () => undefined,
    }),
    notices: new Notices({
      messageOf: () => "",
      onSent: () => undefined,
      onLost: () => undefined,
      onIgnored: () => undefined,
    }),
    drift: { observe: () => expect.unreachable() },
    amend: () => expect.unreachable(),
    record: async ({ type }) => void seen.push(type),
    stop: () => seen.push("stops"),
    warn: () => undefined,
  });
  return { supervisor, saved, seen };
}

test("a question is on record once the work is saved, and then its session is stopped; a second one is none", async () => {
  const { supervisor, saved, seen } = supervised();
  const first = supervisor.askPerson(QUESTION);
  expect(await supervisor.askPerson({ message: "And?", options: [] })).toContain("being stopped");
  saved.resolve(undefined);
  expect(await first).toContain("A person was asked");
  expect(seen).toEqual(["saves: question", "question_asked", "stops"]);
  expect(supervisor.asked).toEqual({ id: "run-T001-1", ...QUESTION });
  await supervisor.end();
});

test("of a session that ends while it still asks, nothing is on record afterwards", async () => {
  const { supervisor, saved, seen } = supervised();
  const asking = supervisor.askPerson(QUESTION);
  const ended = supervisor.end();
  saved.resolve(undefined);
  await ended;
  expect(await asking).toContain("being stopped");
  expect(seen).toEqual(["saves: question"]);
  expect(supervisor.asked).toBeUndefined();
});
