import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deferred } from "../../src/core/deferred.ts";
import { leftBy } from "../support/leftBy.ts";
import { call, tools } from "../support/modelReply.ts";
import { pipelineHandler } from "../support/pipelineScript.ts";
import { makeScene, ownFile } from "../support/scene.ts";
import { until } from "../support/until.ts";
import { backlogOf, FILES, statuses, VERIFY, writesItsWord } from "../support/words.ts";

setDefaultTimeout(400_000);

/** Every place there is, over scripted agents in one process: tests/sweeps/kills.ts. */
test("OpenCode killed in an agent's command, in verify and after a landing: the run ends as if it had not been", async () => {
  const marks = await mkdtemp(join(tmpdir(), "mac-marks-"));
  const verifying = join(marks, "verifying");
  const slow = join(marks, "slow");
  let shellHangs = true;
  let modelHangs = true;
  const [commanding, writing, hanging] = [deferred<void>(), deferred<void>(), deferred<void>()];
  const verify = `test ! -f words/t001.txt || test ! -e ${slow} || { touch ${verifying}; sleep 300; }; ${VERIFY}`;
  await using scene = await makeScene({
    // Marks outside of the work tree tell when to kill.
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
  const { repository } = scene;
  const before = await repository.git("rev-parse", "HEAD");
  const kill = async (running: ReturnType<typeof scene.start>) => {
    running.signal("SIGKILL");
    expect((await running.finished).exitCode).toBeNull();
    expect(await repository.git("rev-parse", "HEAD")).toBe(before);
    expect(await repository.git("status", "--porcelain", "--", ":!tasks")).toBe("");
  };

  const inShell = scene.start("run", "implement");
  await Promise.race([commanding.promise, inShell.finished]);
  await until("the command", async () => (await ownFile(scene, "slot-*/running")) !== undefined);
  await kill(inShell);

  shellHangs = false;
  await writeFile(slow, "");
  const inVerify = scene.start("run", "implement");
  await Promise.race([writing.promise, inVerify.finished]);
  await until("verify", async () => existsSync(verifying));
  await kill(inVerify);

  await rm(slow);
  const afterLanding = scene.start("run", "implement");
  await Promise.race([hanging.promise, afterLanding.finished]);
  await kill(afterLanding);

  modelHangs = false;
  const { exitCode, stderr } = await scene.opencode("run", "implement");

  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(await statuses(repository)).toEqual({ T001: "complete", T002: "complete" });
  const log = await repository.git("log", "--reverse", "--format=%s", `${before}..main`);
  expect(log).toBe("T001: Write words/t001.txt\nT002: Write words/t002.txt");
  expect(await repository.git("diff", "--name-only", before, "main")).toBe("words/t001.txt\nwords/t002.txt");
  expect(await repository.git("grep", "-h", "", "main", "--", "words/t00*.txt")).toBe("word\nword");
  // The lease of a slot that a dead process held is taken over by who needs the slot next: this run needed one.
  expect((await leftBy(scene)).filter((left) => !left.endsWith(".lease"))).toEqual([]);
  await rm(marks, { recursive: true });
});
