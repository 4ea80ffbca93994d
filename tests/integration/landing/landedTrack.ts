import { expect } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { rollbackCommand } from "../../../src/commands/rollbackCommand.ts";
import type { RollbackFlags } from "../../../src/commands/rollbackWish.ts";
import { statusCommand } from "../../../src/commands/statusCommand.ts";
import { optionsSchema } from "../../../src/config.ts";
import { systemClock } from "../../../src/core/clock.ts";
import type { CommandReport } from "../../../src/core/commandContext.ts";
import { pause } from "../../../src/core/pause.ts";
import { backlogText, LandingPlace, NO_BAD } from "./support.ts";

/** T2 and T4 need T1, T3 needs nothing. */
export const TASKS = [{ id: "T1" }, { id: "T2", depends_on: ["T1"] }, { id: "T3" }, { id: "T4", depends_on: ["T2"] }];

interface Situation {
  readonly verify?: readonly string[];
  /** Content of the task's file; default: its id. */
  readonly write?: Readonly<Record<string, Record<string, string | null>>>;
  /** How the run that landed them ended; default: finished. */
  readonly ended?: "finished" | "interrupted";
}

/** All four have landed, one after the other, and the process that did it is gone. */
export async function landedTrack({ verify = [NO_BAD], write = {}, ended = "finished" }: Situation = {}) {
  const place = await LandingPlace.make(TASKS.map(({ id }) => id));
  const tasks = TASKS.map((task) => ({
    ...task,
    status: "complete",
    acceptance: [{ run: `test -f words/${task.id}` }],
  }));
  place.sandbox.write("user/tasks/BACKLOG.yaml", backlogText({ tasks, verify }));
  const queue = place.queue({ verify });
  for (const { id } of TASKS) {
    const landing = await place.work(id, write[id] ?? { [`words/${id}`]: `${id}\n` }, place.log.state.head);
    expect(await queue.land(landing)).toMatchObject({ ok: true });
  }
  await place.log.record(
    ended === "finished" ? { type: "run_finished", outcome: "complete" } : { type: "run_interrupted" },
  );
  await place.log.close();
  await place.lock.release();
  return place;
}

export const contextOf = ({ sandbox, place }: LandingPlace) => ({
  directory: place.user.root,
  environment: sandbox.environment,
  options: optionsSchema.parse({}),
  clock: systemClock,
  pause,
  signal: new AbortController().signal,
});

export const rollback = (place: LandingPlace, flags: RollbackFlags): Promise<CommandReport> =>
  rollbackCommand(flags, contextOf(place));

export function statuses({ place }: LandingPlace): Record<string, string> {
  const backlog = parse(readFileSync(join(place.user.root, "tasks/BACKLOG.yaml"), "utf8"));
  return Object.fromEntries(backlog.tasks.map(({ id, status }: { id: string; status: string }) => [id, status]));
}

export const wordsOn = (place: LandingPlace, branch = "mac/words") =>
  place.git("ls-tree", "-r", "--name-only", branch, "words/").split("\n");

export async function status(place: LandingPlace, task?: string) {
  const flags = { history: false, json: true, ...(task === undefined ? {} : { task }) };
  return JSON.parse((await statusCommand(flags, contextOf(place))).text);
}

/** Neither the branch nor what the file says is another than before. */
export async function expectRefused(
  place: LandingPlace,
  flags: RollbackFlags,
  message: string | RegExp,
): Promise<void> {
  const before = [place.git("for-each-ref"), await place.trackHead(), statuses(place)];
  await expect(rollback(place, flags)).rejects.toThrow(message);
  expect([place.git("for-each-ref"), await place.trackHead(), statuses(place)]).toEqual(before);
}
