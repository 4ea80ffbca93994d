import { expect, test } from "bun:test";
import { readRollbackScene } from "../../../src/commands/rollbackScene.ts";
import { takeTurn } from "../../../src/commands/rollbackTurn.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { waitingRequests } from "../../../src/recovery/inbox.ts";
import { acquireLock } from "../../../src/recovery/lock.ts";
import { currentProcessIdentity } from "../../../src/recovery/processIdentity.ts";
import { until } from "../../support/until.ts";
import { contextOf, landedTrack } from "./landedTrack.ts";
import { type LandingPlace, TRACK } from "./support.ts";

const REQUEST = { kind: "rollback", task: "T3" } as const;

/** A run of the track that is at work, as far as others can see. */
async function atWork({ place }: LandingPlace, purpose = `implement ${TRACK}`) {
  const options = { identity: await currentProcessIdentity(), purpose, timeoutMs: 0, clock: systemClock };
  const lock = await acquireLock(place.state.trackLock(TRACK), options);
  if (!lock.ok) throw new Error(lock.failure.message);
  return lock.value;
}

async function turn(place: LandingPlace, limitMs: number) {
  const context = contextOf(place);
  return takeTurn(REQUEST, await readRollbackScene({}, context), context, limitMs);
}

const inbox = ({ place, log }: LandingPlace) => waitingRequests(place.state.runDirectory(log.runId));

test("a run that does not get to it in time keeps the wish, and the person is told who has it", async () => {
  await using place = await landedTrack({ ended: "interrupted" });
  const lock = await atWork(place);
  await expect(turn(place, 0)).rejects.toThrow(
    `left for the run that is going on (process ${process.pid}): it is done as soon as its tasks have come to rest`,
  );
  expect(await inbox(place)).toMatchObject([{ request: { kind: "rollback", task: "T3" } }]);
  await lock.release();
});

test("a run that ends without having seen to it leaves it to us, and nothing in its inbox", async () => {
  await using place = await landedTrack({ ended: "interrupted" });
  const lock = await atWork(place);
  const waiting = turn(place, 30_000);
  await until("the wish", async () => (await inbox(place)).length > 0);
  await lock.release();
  const ours = await waiting;
  expect(ours.kind).toBe("ours");
  expect(await inbox(place)).toEqual([]);
  if (ours.kind === "ours") await ours.lock.release();
});

test("a wish that came to nothing ends as the run says", async () => {
  await using place = await landedTrack({ ended: "interrupted" });
  const lock = await atWork(place);
  const waiting = turn(place, 30_000);
  await until("the wish", async () => (await inbox(place)).length > 0);
  const [left] = await inbox(place);
  if (left === undefined) throw new Error("nothing was left");
  const log = await place.reopen();
  await log.record({
    type: "request_settled",
    request: left.name,
    kind: "rollback",
    done: false,
    message: "It is used.",
  });
  await log.close();
  await expect(waiting).rejects.toThrow("It is used.");
  await lock.release();
});
