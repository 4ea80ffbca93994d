import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { runProcess } from "../../src/core/shell.ts";
import { PROJECT_ROOT } from "../support/hermeticHome.ts";
import { call, tools } from "../support/modelReply.ts";
import { firstUserText, type ModelRequest, sessionOf, toolResults } from "../support/modelRequest.ts";
import { runOpencode } from "../support/opencode.ts";
import { pipelineHandler, taskOf } from "../support/pipelineScript.ts";
import { lastLine, makeScene, type Scene } from "../support/scene.ts";
import { until } from "../support/until.ts";
import { backlogOf, FILES, pathOf, statuses, writesItsWord } from "../support/words.ts";

// A worker asks a person: only its task waits, and the answer finds it, whoever runs by then.
setDefaultTimeout(180_000);

/** What a run of OpenCode may take until it is where a test wants it. */
const RUN_LIMIT_MS = 80_000;

const TRIO = {
  ...FILES,
  "tasks/BACKLOG.yaml": backlogOf([{ id: "T001" }, { id: "T002" }, { id: "T003", depends_on: ["T001"] }]),
};
const QUESTION = "Which word: the old or the new one?";

/** What the tool said to each call of it so far. */
const toldBy = (request: ModelRequest, tool: string) =>
  toolResults(request).flatMap((result) => (result.tool === tool ? [result.output] : []));

/** Writes something first, then asks. */
function asks(request: ModelRequest) {
  if (toldBy(request, "write").length === 0)
    return tools(call("write", { filePath: pathOf("T001"), content: "Half\n" }));
  return tools(call("mac_checkpoint", { message: QUESTION, options: ["the old", "the new"], resume_id: "word" }));
}

/** The executable, as in another terminal: without OpenCode. */
async function inAnotherTerminal({ repository, home }: Scene, ...args: readonly string[]) {
  const cli = join(PROJECT_ROOT, "dist/cli.js");
  const env = { ...home.env, PATH: "/usr/bin:/bin" };
  const { end, stdout, stderr } = await runProcess("node", [cli, ...args], {
    cwd: repository.path,
    env,
    timeoutMs: 20_000,
  });
  return { exitCode: end.reason === "exited" ? end.exitCode : undefined, stdout, stderr };
}

const isWaiting = (scene: Scene) => async () => (await statuses(scene.repository)).T001 === "awaiting_input";

/** The checkpoint that a text with the `answer` command names. */
const checkpointIn = (said: string) => /--checkpoint=(\S+)/.exec(said)?.[1] ?? expect.unreachable(said);

/** OpenCode knows nothing of these sessions any more, by their own ids. */
async function expectDeleted({ home, repository }: Scene, sessions: readonly (string | undefined)[]) {
  for (const session of new Set(sessions)) {
    const exported = await runOpencode(["export", session ?? ""], { cwd: repository.path, home });
    expect(exported.exitCode).not.toBe(0);
    expect(exported.stderr).toContain("Session not found");
  }
}

test("one task asks and waits, the others land; the answer of another process is what the next session goes on with", async () => {
  const told: string[] = [];
  const misused = [{ options: ["yes"] }, { message: QUESTION, options: "yes or no" }, { message: "x".repeat(2_001) }];
  const prompts = new Map<string, string>();
  const found: string[] = [];
  await using scene: Scene = await makeScene({
    files: TRIO,
    model: pipelineHandler({
      async worker(task, request) {
        if (task === "T002") await until("the question", isWaiting(scene), RUN_LIMIT_MS);
        if (task !== "T001") return writesItsWord(task, request);
        prompts.set(sessionOf(request) ?? "", firstUserText(request));
        if (prompts.size > 1) {
          found.push(...toldBy(request, "read"));
          if (toldBy(request, "read").length === 0) return tools(call("read", { filePath: pathOf("T001") }));
          return writesItsWord(task, request);
        }
        told.splice(0, told.length, ...toldBy(request, "mac_checkpoint"));
        const next = misused[told.length];
        return next === undefined ? asks(request) : tools(call("mac_checkpoint", next));
      },
    }),
  });
  const { repository, server } = scene;

  const first = await scene.opencode("run", "implement");

  expect({ exitCode: first.exitCode, stderr: first.stderr }).toMatchObject({ exitCode: 1 });
  expect(told[0]).toContain("`message` is missing");
  expect(told[1]).toContain("`options` has to be a list of short texts");
  expect(told[2]).toContain("2001 characters long, at most 2000");
  const checkpoint = checkpointIn(first.stderr);
  const flags = `--checkpoint=${checkpoint} --input="the old" (or "the new", or your own words)`;
  expect(first.stderr).toContain(`T001 asks you: ${QUESTION} Answer with ${flags}\n`);
  expect(lastLine(first.stderr)).toContain(
    `T001 asks you: ${QUESTION} Answer with: opencode run answer -- ${flags}, then run implement again.`,
  );
  expect(first.stdout).toContain(`T001  waiting   Write ${pathOf("T001")}: ${QUESTION} (${checkpoint})`);
  expect(await statuses(repository)).toEqual({ T001: "awaiting_input", T002: "complete" });
  await expectDeleted(scene, server.requests.filter((request) => taskOf(request) !== undefined).map(sessionOf));

  const shown = await inAnotherTerminal(scene, "answer", `--checkpoint=${checkpoint}`);
  expect(shown).toMatchObject({ exitCode: 1, stdout: `T001 asks:\n${QUESTION}\n  "the old"\n  "the new"\n` });
  expect(lastLine(shown.stderr)).toContain(`--input is missing: answer T001 with ${flags}.`);
  const tooLong = await inAnotherTerminal(
    scene,
    "answer",
    `--checkpoint=${checkpoint}`,
    `--input=${"x".repeat(2_001)}`,
  );
  expect(lastLine(tooLong.stderr)).toContain("2,001 characters long, at most 2,000");
  expect((await inAnotherTerminal(scene, "status")).stdout).toContain(`${QUESTION} (answer with ${flags})`);
  const given = await inAnotherTerminal(scene, "answer", `--checkpoint=${checkpoint}`, "--input=the new");
  expect(given).toMatchObject({ exitCode: 0, stdout: "T001 goes on with your answer. Run implement to go on.\n" });
  expect((await inAnotherTerminal(scene, "status")).stdout).toContain(`${QUESTION} (answered; run implement to go on)`);

  const second = await scene.opencode("run", "implement");

  expect({ exitCode: second.exitCode, stderr: second.stderr }).toMatchObject({ exitCode: 0 });
  expect(second.stderr).toContain("T001 you answered: it goes on");
  expect(prompts.size).toBe(2);
  const resumed = [...prompts.values()].at(-1) ?? "";
  expect(resumed).toContain(JSON.stringify({ resumeData: { checkpointId: checkpoint, userInput: "the new" } }));
  expect(resumed).toContain(QUESTION);
  expect(Buffer.byteLength(resumed)).toBeLessThanOrEqual(3_072);
  expect(found[0]).toContain("Half");
  expect(await statuses(repository)).toEqual({ T001: "complete", T002: "complete", T003: "complete" });
});

test("a run that is killed keeps its question, and takes the answer up while it goes on again", async () => {
  const sessions = new Set<string>();
  let isKilled = false;
  await using scene: Scene = await makeScene({
    files: TRIO,
    model: pipelineHandler({
      async worker(task, request) {
        if (task === "T002" && !isKilled) return { kind: "hang" };
        // It works until the other goes on with its answer: that is taken up by the run that is under way.
        if (task === "T002") await until("the answer", async () => sessions.size > 1, RUN_LIMIT_MS);
        if (task !== "T001") return writesItsWord(task, request);
        sessions.add(sessionOf(request) ?? "");
        return sessions.size > 1 ? writesItsWord(task, request) : asks(request);
      },
    }),
  });

  const killed = scene.start("run", "implement");
  await until("the question", isWaiting(scene), RUN_LIMIT_MS);
  killed.signal("SIGKILL", "group");
  await killed.finished;
  isKilled = true;
  const { stdout } = await inAnotherTerminal(scene, "status");
  expect(stdout).toMatch(/T001 +awaiting input, 1 attempt.*: Which word.*--checkpoint=\S+-T001-1/);

  const second = scene.start("run", "implement");
  await until("its worker", async () => second.stderr().includes("T002 started"), RUN_LIMIT_MS);
  const given = await inAnotherTerminal(scene, "answer", `--checkpoint=${checkpointIn(stdout)}`, "--input=the old");
  expect(given).toMatchObject({
    exitCode: 0,
    stdout: "T001 goes on with your answer. The run that is going on takes it up.\n",
  });

  const { exitCode, stderr } = await second.finished;
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(await statuses(scene.repository)).toEqual({ T001: "complete", T002: "complete", T003: "complete" });
});
