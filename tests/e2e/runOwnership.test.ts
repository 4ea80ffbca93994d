import { expect, setDefaultTimeout, test } from "bun:test";
import { askedRole } from "../support/modelRequest.ts";
import { pipelineHandler, taskOf } from "../support/pipelineScript.ts";
import { lastLine, makeScene } from "../support/scene.ts";
import { backlogOf, FILES, statuses, writesItsWord } from "../support/words.ts";

setDefaultTimeout(180_000);

test("SIGINT ends the run with 130 within five seconds, and the next one repeats nothing that landed", async () => {
  const { promise: secondAsked, resolve: askSecond } = Promise.withResolvers<void>();
  let hangs = true;
  await using scene = await makeScene({
    files: { ...FILES, "tasks/BACKLOG.yaml": backlogOf([{ id: "T001" }, { id: "T002", depends_on: ["T001"] }]) },
    model: pipelineHandler({
      worker(task, request) {
        if (task === "T001" || !hangs) return writesItsWord(task, request);
        askSecond();
        return { kind: "hang" };
      },
    }),
  });
  const { repository, server } = scene;

  const running = scene.start("run", "implement");
  await Promise.race([secondAsked, running.finished]);
  const interruptedAt = performance.now();
  running.signal("SIGINT");
  const interrupted = await running.finished;

  expect({ ...interrupted, durationMs: 0 }).toMatchObject({ exitCode: 130, timedOut: false });
  expect(performance.now() - interruptedAt).toBeLessThan(5_000);
  expect(lastLine(interrupted.stderr)).toContain("implement");
  const landed = await repository.git("rev-parse", "mac/words");
  expect(await repository.git("log", "-1", "--format=%s", landed)).toStartWith("T001");

  hangs = false;
  const requestsBefore = server.requests.length;
  const resumed = await scene.opencode("run", "implement");

  expect({ exitCode: resumed.exitCode, stderr: resumed.stderr }).toMatchObject({ exitCode: 0 });
  const asked = server.requests.slice(requestsBefore).filter((request) => askedRole(request) !== "probe");
  expect(new Set(asked.map(taskOf))).toEqual(new Set(["T002"]));
  expect(await repository.git("rev-parse", "mac/words^")).toBe(landed);
});

test("a backlog that cannot work is refused in one last line, with nothing left behind", async () => {
  const circular = backlogOf([
    { id: "T001", depends_on: ["T002"] },
    { id: "T002", depends_on: ["T001"] },
  ]);
  await using scene = await makeScene({
    files: { ...FILES, "tasks/BACKLOG.yaml": circular },
    model: pipelineHandler({}),
  });

  const { exitCode, stderr } = await scene.opencode("run", "implement");

  expect(exitCode).toBe(1);
  expect(lastLine(stderr)).toMatch(/tasks\/BACKLOG\.yaml:\d+:\d+ .*T001 -> T002 -> T001/);
  expect(await scene.repository.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
  expect(await scene.repository.git("status", "--porcelain")).toBe("");
});

test("a second run of the same track is told who holds it, and disturbs nothing", async () => {
  const { promise: asked, resolve: tellAsked } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await using scene = await makeScene({
    plugin: { lockTimeoutMs: 100 },
    files: { ...FILES, "tasks/BACKLOG.yaml": backlogOf([{ id: "T001" }]) },
    model: pipelineHandler({
      async worker(task, request) {
        tellAsked();
        await released;
        return writesItsWord(task, request);
      },
    }),
  });

  const first = scene.start("run", "implement");
  await Promise.race([asked, first.finished]);
  const second = await scene.opencode("run", "implement");
  release();

  expect(second.exitCode).toBe(1);
  expect(lastLine(second.stderr)).toContain(String(first.pid));
  expect(await first.finished).toMatchObject({ exitCode: 0 });
  expect(await statuses(scene.repository)).toEqual({ T001: "complete" });
});
