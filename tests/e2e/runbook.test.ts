import { expect, setDefaultTimeout, test } from "bun:test";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runShellCommand } from "../../src/core/shell.ts";
import { PROJECT_ROOT } from "../support/hermeticHome.ts";
import { call, text, tools } from "../support/modelReply.ts";
import { type ModelRequest, toolResults } from "../support/modelRequest.ts";
import { pipelineHandler, writesThenDone } from "../support/pipelineScript.ts";
import { readRunbook } from "../support/runbook.ts";
import { makeScene, type Scene } from "../support/scene.ts";
import { backlogOf, FILES, pathOf, statuses, writesItsWord } from "../support/words.ts";

setDefaultTimeout(300_000);

const GO_ON = "opencode run implement";

/** Runs what the runbook says, word for word, in the shell of a user; remembers which commands were run. */
class Reader {
  readonly done = new Set<string>();
  private readonly scene: Scene;
  private readonly sections: ReadonlyMap<string, readonly string[]>;
  private readonly binaries: string;

  private constructor(scene: Scene, sections: ReadonlyMap<string, readonly string[]>, binaries: string) {
    this.scene = scene;
    this.sections = sections;
    this.binaries = binaries;
  }

  static async open(scene: Scene): Promise<Reader> {
    const binaries = join(scene.home.path, "bin");
    await mkdir(binaries);
    const program = join(binaries, "multi-agent-coder");
    await writeFile(program, `#!/bin/sh\nexec node '${join(PROJECT_ROOT, "dist/cli.js")}' "$@"\n`);
    await chmod(program, 0o755);
    const sections = await readRunbook();
    return new Reader(scene, new Map(sections.map(({ title, commands }) => [title, commands])), binaries);
  }

  /**
   * Every command of a section that holds `only`, with what stands in capitals set; those that go on with the run if
   * `goesOn`. @returns what they printed
   */
  async follow(
    title: string,
    variables: Readonly<Record<string, string>> = {},
    { only = "", goesOn = false } = {},
  ): Promise<string> {
    const told = (this.sections.get(title) ?? []).filter((command) => command.includes(only));
    // A section that ends in going on says it once for all of them: each takes as long as a run.
    const commands = told.filter((command) => goesOn || command !== GO_ON);
    expect([title, commands.length]).not.toEqual([title, 0]);
    let printed = "";
    for (const command of commands) {
      const { stdout, stderr, end } = await runShellCommand(`set -u\n${command}`, {
        cwd: this.scene.repository.path,
        env: { ...this.scene.home.env, PATH: `${this.binaries}:${this.scene.home.env.PATH}`, ...variables },
        timeoutMs: 90_000,
      });
      this.done.add(command);
      printed += `$ ${command}\n${stdout}${stderr}`;
      expect({ printed, end }).toEqual({ printed, end: { reason: "exited", exitCode: 0 } });
    }
    return printed;
  }

  unread(): readonly string[] {
    return [...this.sections.values()].flat().filter((command) => !this.done.has(command));
  }
}

async function stateFolder(scene: Scene): Promise<string> {
  const data = join(scene.home.path, ".local/share/multi-agent-coder");
  const [folder = ""] = (await readdir(data)).filter((name) => /-[0-9a-f]{12}$/.test(name));
  return join(data, folder);
}

async function latestRun(scene: Scene): Promise<string> {
  const runs = await readdir(join(await stateFolder(scene), "runs"));
  return runs.sort().at(-1) ?? "";
}

const asks = () => tools(call("mac_checkpoint", { message: "UTC or local time?", options: ["UTC", "local"] }));
const writesNonsense = writesThenDone({ [pathOf("T002")]: "NOT A WORD\n" });

function hasWritten(request: ModelRequest): boolean {
  return toolResults(request).some(({ tool }) => tool === "write");
}

test("what the runbook says works, command by command, as one story on the real OpenCode", async () => {
  let t002: "writes nonsense" | "hangs" | "does its task" = "writes nonsense";
  let isAnswered = false;
  const { promise: hanging, resolve: hangs } = Promise.withResolvers<void>();
  await using scene = await makeScene({
    plugin: { maxAttempts: 1, maxSelfCorrections: 0, approvals: { kinds: ["deletion"] } },
    files: {
      ...FILES,
      "words/old.txt": "old\n",
      "tasks/BACKLOG.yaml": backlogOf([{ id: "T001" }, { id: "T002" }, { id: "T003" }, { id: "T004" }]).replace(
        "      - words/t004.txt",
        "      - words/t004.txt\n      - words/old.txt",
      ),
    },
    model: pipelineHandler({
      worker(task, request) {
        if (task === "T002" && t002 === "writes nonsense") return writesNonsense(request);
        if (task === "T002" && t002 === "hangs" && hasWritten(request)) {
          hangs();
          return { kind: "hang" };
        }
        if (task === "T003" && !isAnswered) return asks();
        if (task === "T004" && !isAnswered && !hasWritten(request)) {
          const command = "rm -f words/old.txt";
          return tools(
            call("bash", { command, description: "Removes a file" }),
            call("write", { filePath: pathOf("T004"), content: "word\n" }),
          );
        }
        return hasWritten(request) ? text("Done.") : writesItsWord(task, request);
      },
    }),
  });
  const { repository } = scene;
  const reader = await Reader.open(scene);

  // T001 lands, T002 fails, T003 asks, T004 wants to delete a file.
  expect(await scene.opencode("run", "implement")).toMatchObject({ exitCode: 1 });
  expect(await statuses(repository)).toEqual({
    ...{ T001: "complete", T002: "failed", T003: "awaiting_input", T004: "awaiting_input" },
  });
  const state = await stateFolder(scene);
  const [first, CONTROL] = [await latestRun(scene), join(state, "control.git")];

  const seen = await reader.follow("What is going on", { TASK: "T002" });
  expect(seen).toContain("UTC or local time?");
  const id = (pattern: RegExp) => pattern.exec(seen)?.[1] ?? "";
  const [QUESTION, CHECKPOINT] = [id(/--checkpoint=(\S+-T003-1)\b/), id(/--checkpoint=(\S+-T004-1)\b/)];
  const REF = /refs\/mac\/attempts\/\S+\/T002\/1/.exec(seen)?.[0] ?? "";
  const saved = /\b(\S+-T002-1-c\d+)\b/.exec(seen)?.[1] ?? "";

  isAnswered = true;
  t002 = "does its task";
  await reader.follow("A task waits for you", { CHECKPOINT, QUESTION });
  await reader.follow("An attempt was good up to a point", { CHECKPOINT: saved }, { goesOn: true });
  expect(Object.values(await statuses(repository))).toEqual(Array(4).fill("complete"));

  const commits = (await repository.git("log", "--format=%H %s", "mac/words")).split("\n");
  const COMMIT = commits.find((line) => line.includes(" T001:"))?.slice(0, 40) ?? "";
  const undone = await reader.follow("What has landed is not what you wanted", { TASK: "T003", COMMIT });
  expect(undone).toContain("T003");
  expect(await statuses(repository)).toEqual({ T001: "complete", T002: "pending", T003: "pending", T004: "pending" });

  const PAGE = join(state, "runs", first, "failed/T002.md");
  const page = await reader.follow("A task failed", { TASK: "T002", PAGE, CONTROL, REF });
  expect(page).toContain(pathOf("T002"));

  // What was taken back is done anew, and T002 hangs; the run is paused, looked at, and interrupted.
  t002 = "hangs";
  const dying = scene.start("run", "implement");
  await hanging;
  const standing = await reader.follow("It should stand still for a while");
  expect(standing).toContain("T002");
  const PID = /process (\d+)/.exec(await reader.follow("What is going on", { TASK: "T002" }))?.[1] ?? "";
  await reader.follow("It was interrupted, it crashed, the power went", { PID }, { only: "$PID" });
  expect(await dying.finished).toMatchObject({ exitCode: 130 });
  t002 = "does its task";
  await reader.follow("It was interrupted, it crashed, the power went", {}, { only: GO_ON, goesOn: true });
  expect(Object.values(await statuses(repository))).toEqual(Array(4).fill("complete"));

  const RUN = await latestRun(scene);
  const proof = await reader.follow("Can the record be believed", { RUN });
  expect(proof).toMatch(/^driven again +3 tasks, tree \w+ +0$/m);

  await reader.follow("An agent ran out of time", { TASK: "T002" });
  await reader.follow("The disk is full");

  const journal = join(state, "runs", RUN, "events.jsonl");
  const lines = (await readFile(journal, "utf8")).split("\n");
  await writeFile(journal, lines.map((line, index) => (index === 1 ? line.replace('"v"', '"w"') : line)).join("\n"));
  const damaged = await scene.opencode("run", "implement");
  expect(damaged).toMatchObject({ exitCode: 1 });
  expect(damaged.stderr).toContain("line 2");
  await reader.follow("The journal is damaged", { STATE: state, RUN }, { goesOn: true });

  await reader.follow("Remove what it left");
  expect(await repository.git("rev-parse", "HEAD:words/t001.txt")).toMatch(/^[0-9a-f]{40}$/);
  expect(reader.unread()).toEqual([]);
});
