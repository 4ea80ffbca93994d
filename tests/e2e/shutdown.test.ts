import { expect, setDefaultTimeout, test } from "bun:test";
import { setTimeout as wait } from "node:timers/promises";
import { leftBy } from "../support/leftBy.ts";
import type { RunningOpencode } from "../support/opencode.ts";
import { makeStoppingPlaces } from "../support/stoppingPlaces.ts";
import { statuses } from "../support/words.ts";

setDefaultTimeout(240_000);

/** Sooner a second SIGINT counts as the first. */
const BETWEEN_SIGNALS_MS = 150;
/** Half a second, and what OpenCode itself takes to end where others keep the machine busy. */
const AT_ONCE_MS = 2_000;

test("each signal, in whatever it meets a run: out with 130 in time, nothing left, and the next run goes on", async () => {
  await using places = await makeStoppingPlaces();
  const { scene } = places;

  expect(await stoppedBy("SIGTERM", await places.inCommand())).toMatchObject({ exitCode: 130, isInTime: true });
  expect(await leftBy(scene)).toEqual([]);
  expect(await stoppedBy("SIGHUP", await places.inVerify())).toMatchObject({ exitCode: 130, isInTime: true });
  expect(await leftBy(scene)).toEqual([]);

  const inModel = await places.inModel();
  expect(await statuses(scene.repository)).toMatchObject({ T001: "complete" });
  inModel.signal("SIGINT");
  await wait(BETWEEN_SIGNALS_MS);
  const secondAt = performance.now();
  inModel.signal("SIGINT");
  expect((await inModel.finished).exitCode).toBe(130);
  expect(performance.now() - secondAt).toBeLessThan(AT_ONCE_MS);

  places.clear();
  const { exitCode, stderr } = await scene.opencode("run", "implement");
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(await statuses(scene.repository)).toEqual({ T001: "complete", T002: "complete" });
  // The lease of a slot that a dead process held is taken over by who needs the slot next: this run needed one.
  expect((await leftBy(scene)).filter((left) => !left.endsWith(".lease"))).toEqual([]);
});

async function stoppedBy(signal: NodeJS.Signals, running: RunningOpencode) {
  const at = performance.now();
  running.signal(signal);
  const { exitCode, stderr } = await running.finished;
  return { exitCode, stderr, isInTime: performance.now() - at < 5_000 };
}
