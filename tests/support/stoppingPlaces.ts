import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deferred } from "../../src/core/deferred.ts";
import { call, tools } from "./modelReply.ts";
import type { RunningOpencode } from "./opencode.ts";
import { pipelineHandler } from "./pipelineScript.ts";
import { makeScene, ownFile, type Scene } from "./scene.ts";
import { until } from "./until.ts";
import { backlogOf, FILES, VERIFY, writesItsWord } from "./words.ts";

/** A run of two tasks that comes to stand in one place after another, each time `implement` is started. */
export interface StoppingPlaces extends AsyncDisposable {
  readonly scene: Scene;
  /** T001's agent runs a command that does not end. */
  inCommand(): Promise<RunningOpencode>;
  /** T001's work is being verified, and that does not end. */
  inVerify(): Promise<RunningOpencode>;
  /** T001 has landed; T002's model does not answer. */
  inModel(): Promise<RunningOpencode>;
  /** From now on nothing is in the way. */
  clear(): void;
}

export async function makeStoppingPlaces(): Promise<StoppingPlaces> {
  const marks = await mkdtemp(join(tmpdir(), "mac-marks-"));
  const [verifying, slow] = [join(marks, "verifying"), join(marks, "slow")];
  let [shellHangs, modelHangs] = [true, true];
  const [commanding, writing, hanging] = [deferred<void>(), deferred<void>(), deferred<void>()];
  const verify = `test ! -f words/t001.txt || test ! -e ${slow} || { touch ${verifying}; sleep 300; }; ${VERIFY}`;
  const scene = await makeScene({
    // Marks outside of the work tree tell when to step in.
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
  const startedUntil = async (place: Promise<void>) => {
    const running = scene.start("run", "implement");
    await Promise.race([place, running.finished]);
    return running;
  };
  return {
    scene,
    async inCommand() {
      const running = await startedUntil(commanding.promise);
      await until("the command", async () => (await ownFile(scene, "slot-*/running")) !== undefined);
      return running;
    },
    async inVerify() {
      shellHangs = false;
      await writeFile(slow, "");
      const running = await startedUntil(writing.promise);
      await until("verify", async () => existsSync(verifying));
      return running;
    },
    async inModel() {
      await rm(slow);
      return startedUntil(hanging.promise);
    },
    clear() {
      modelHangs = false;
    },
    async [Symbol.asyncDispose]() {
      await scene[Symbol.asyncDispose]();
      await rm(marks, { recursive: true, force: true });
    },
  };
}
