import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { deferred } from "../../src/core/deferred.ts";
import { leftBy } from "../support/leftBy.ts";
import { call, tools } from "../support/modelReply.ts";
import { pipelineHandler } from "../support/pipelineScript.ts";
import { makeScene, ownFile, type Scene } from "../support/scene.ts";
import { until } from "../support/until.ts";
import { backlogOf, FILES, statuses, VERIFY, writesItsWord } from "../support/words.ts";

setDefaultTimeout(240_000);

/** Sooner a second SIGINT counts as the first. */
const BETWEEN_SIGNALS_MS = 150;
/** Half a second, and what OpenCode itself takes to end where others keep the machine busy. */
const AT_ONCE_MS = 2_000;

test("each signal, in whatever it meets a run: out with 130 in time, nothing left, and the next run goes on", async () => {
  const marks = await mkdtemp(join(tmpdir(), "mac-marks-"));
  const verifying = join(marks, "verifying");
  const slow = join(marks, "slow");
  let shellHangs = true;
  let modelHangs = true;
  const [commanding, writing, hanging] = [deferred<void>(), deferred<void>(), deferred<void>()];
  const verify = `test ! -f words/t001.txt || test ! -e ${slow} || { touch ${verifying}; sleep 300; }; ${VERIFY}`;
  await using scene = await makeScene({
    // Marks outside of the work tree tell when to send a signal.
    plugin: { sandbox: "off" },
    files: {
      ...FILES,
      "tasks/BACKLOG.yaml": backlogOf([{ id: "T001" }, { id: "T002", depends_on: ["T001"] }], [verify]),
    },
    model: pipelineHandler({
      worker(task, request) {
        if (task === "T001" && shellHangs) {
          commanding.resolve();
          return tools(call("bash", { command: "touch running; sleep 300 & sleep 300", description: "Hangs" }));
        }
        if (task === "T001") writing.resolve();
        if (task === "T001" || !modelHangs) return writesItsWord(task, request);
        hanging.resolve();
        return { kind: "hang" };
      },
    }),
  });

  const inShell = scene.start("run", "implement");
  await Promise.race([commanding.promise, inShell.finished]);
  await until("the command", async () => (await ownFile(scene, "slot-*/running")) !== undefined);
  expect(await stoppedBy("SIGTERM", inShell)).toMatchObject({ exitCode: 130, isInTime: true });
  expect(await leftBy(scene)).toEqual([]);

  shellHangs = false;
  await writeFile(slow, "");
  const inVerify = scene.start("run", "implement");
  await Promise.race([writing.promise, inVerify.finished]);
  await until("verify", async () => existsSync(verifying));
  expect(await stoppedBy("SIGHUP", inVerify)).toMatchObject({ exitCode: 130, isInTime: true });
  expect(await leftBy(scene)).toEqual([]);

  await rm(slow);
  const inModel = scene.start("run", "implement");
  await Promise.race([hanging.promise, inModel.finished]);
  expect(await statuses(scene.repository)).toMatchObject({ T001: "complete" });
  inModel.signal("SIGINT");
  await wait(BETWEEN_SIGNALS_MS);
  const secondAt = performance.now();
  inModel.signal("SIGINT");
  expect((await inModel.finished).exitCode).toBe(130);
  expect(performance.now() - secondAt).toBeLessThan(AT_ONCE_MS);

  modelHangs = false;
  const { exitCode, stderr } = await scene.opencode("run", "implement");
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(await statuses(scene.repository)).toEqual({ T001: "complete", T002: "complete" });
  // The lease of a slot that a dead process held is taken over by who needs the slot next: this run needed one.
  expect((await leftBy(scene)).filter((left) => !left.endsWith(".lease"))).toEqual([]);
  await rm(marks, { recursive: true });
});

async function stoppedBy(signal: NodeJS.Signals, running: ReturnType<Scene["start"]>) {
  const at = performance.now();
  running.signal(signal);
  const { exitCode, stderr } = await running.finished;
  return { exitCode, stderr, isInTime: performance.now() - at < 5_000 };
}
