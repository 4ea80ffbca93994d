import { expect, test } from "bun:test";
import { deferred } from "../../../../src/core/deferred.ts";
import { type Checkpoint, Checkpoints } from "../../../../src/implementation/supervision/checkpoints.ts";
import { ToolLock } from "../../../../src/implementation/supervision/toolLock.ts";

const TAKEN: Checkpoint = { commit: "c", files: 1, lines: 1 };

function watched(take: (cause: string) => Promise<Checkpoint | undefined>) {
  const look = async (cause: string) => {
    const checkpoint = await take(cause);
    return checkpoint && (async () => checkpoint);
  };
  const lock = new ToolLock();
  const taken: Checkpoint[] = [];
  const failed: unknown[] = [];
  const checkpoints = new Checkpoints({
    lock,
    take: look,
    onTaken: (checkpoint) => taken.push(checkpoint),
    onFailed: (error) => failed.push(error),
  });
  return { lock, checkpoints, taken, failed };
}

test("what was still to be saved when the agent comes to rest is not: whoever asks saves it another way", async () => {
  const causes: string[] = [];
  const { checkpoints } = watched(async (cause) => {
    causes.push(cause);
    return TAKEN;
  });
  checkpoints.noteWrite();
  await checkpoints.rest();
  await checkpoints.now("timeout");
  expect(causes).toEqual(["timeout"]);
});

test("rest waits for what is being saved, and a look afterwards never meets it", async () => {
  const release = deferred<void>();
  const order: string[] = [];
  const { checkpoints, lock } = watched(async () => {
    order.push("saving");
    await release.promise;
    order.push("saved");
    return TAKEN;
  });
  const saving = checkpoints.now("overtime");
  const capture = checkpoints.rest().then(() => lock.whileStill(async () => order.push("captured")));
  release.resolve();
  await Promise.all([saving, capture]);
  expect(order).toEqual(["saving", "saved", "captured"]);
});

test("a checkpoint waits until no tool runs; one that fails stops nobody, one of nothing new tells nobody", async () => {
  const answers = [async () => undefined, () => Promise.reject(new Error("no disk")), async () => TAKEN];
  const { checkpoints, failed, lock, taken } = watched(async () => answers.shift()?.());
  await lock.enter();
  const first = checkpoints.now("drift");
  expect(answers).toHaveLength(3);
  lock.leave();
  await first;
  await checkpoints.now("drift");
  await checkpoints.now("drift");
  expect(taken).toEqual([TAKEN]);
  expect(failed).toHaveLength(1);
});
