import { afterEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { BacklogManager } from "../../../src/backlog/backlogManager.ts";
import { formatDiagnostics } from "../../../src/backlog/diagnostics.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { UNCONFINED } from "../../../src/core/confinement.ts";
import type { BacklogSpec } from "../../../src/factory/specRepository.ts";
import type { VersionOrigin } from "../../../src/factory/specVersion.ts";
import { goalLines, goalReason } from "../../../src/implementation/goal/gapPlanEnding.ts";
import { unrecordedGapPlan } from "../../../src/implementation/goal/gapPlanRecovery.ts";
import { GapPlans, type GapPlansOptions } from "../../../src/implementation/goal/gapPlans.ts";
import { digestOf } from "../../../src/implementation/runOpening.ts";
import { RunRecorder } from "../../../src/implementation/runRecorder.ts";
import { StatusProjection } from "../../../src/implementation/statusProjection.ts";
import { ModelMemory } from "../../../src/recovery/modelMemory.ts";
import type { RunEvent } from "../../../src/recovery/runEvents.ts";
import { RunLog } from "../../../src/recovery/runLog.ts";
import { createRun } from "../../../src/recovery/runStore.ts";
import type { Task } from "../../../src/types.ts";
import { type FailedCheck, runChecks } from "../../../src/verification/commandCheck.ts";
import { type Ending, fails, type Script, ScriptedRunner } from "../../support/scriptedRunner.ts";
import { makeFacts } from "../../unit/backlog/facts.ts";

const HEAD = "c".repeat(40);
const MODEL = { providerID: "p", modelID: "m" };

const answers = (structured: unknown): Ending => ({ status: "success", text: "", structured });
const drafts = (...tasks: object[]): Ending => answers({ tasks });
const draft = (id: string, fields: object = {}) => ({
  id,
  title: `Add ${id}`,
  description: `Add ${id}.`,
  depends_on: [],
  files: [`src/${id}.txt`],
  acceptance: [`test -e src/${id}.txt`],
  ...fields,
});
const says = (...judged: readonly [met: boolean, ...paths: string[]][]): Ending =>
  answers({
    criteria: judged.map(([met, ...paths], index) => ({
      criterion: index + 1,
      met,
      evidence: paths.map((path) => ({ path })),
      ...(met ? {} : { missing: "there is none" }),
    })),
  });

/** A run at rest: a backlog whose tasks are complete, its journal, and a folder that stands for the head's files. */
class Rest {
  readonly folder: string;
  readonly specs: { readonly text: string; readonly origin: VersionOrigin }[] = [];
  readonly told: string[] = [];
  readonly lent: string[] = [];
  readonly abort = new AbortController();
  runner = new ScriptedRunner(async () => undefined);
  log: RunLog;
  recorder: RunRecorder;
  manager: BacklogManager;
  private open = 0;

  private constructor(folder: string, log: RunLog, manager: BacklogManager) {
    this.folder = folder;
    this.log = log;
    this.manager = manager;
    this.recorder = new RunRecorder(log, () => undefined);
  }

  static async make(goal: object | undefined, statuses: readonly string[] = ["complete", "complete"]): Promise<Rest> {
    const folder = await mkdtemp(join(tmpdir(), "mac-goal-"));
    const ids = statuses.map((_, index) => `T00${index + 1}`);
    const tasks = ids.map((id, index) => ({
      id,
      title: `Do ${id}`,
      description: "Do it.\n",
      files: [`src/${id}.txt`],
      context: `private to ${id}`,
      status: statuses[index],
    }));
    const text = `# ours\n${stringify({ version: 1, track_id: "words", title: "Words", ...(goal && { goal }), tasks })}`;
    await writeFile(join(folder, "BACKLOG.yaml"), text);
    const manager = await loadFrom(folder);
    const log = await openLog(folder, await createRun(join(folder, "runs"), systemClock));
    await log.record({
      type: "run_started",
      run_id: log.runId,
      track_id: "words",
      base: HEAD,
      user_branch: "main",
      backlog_file: "tasks/BACKLOG.yaml",
      backlog_digest: digestOf(manager.backlog),
      workers: 3,
      tasks: [],
    });
    return new Rest(folder, log, manager);
  }

  get file(): Promise<string> {
    return readFile(join(this.folder, "BACKLOG.yaml"), "utf8");
  }

  get paths(): readonly string[] {
    return ["package.json", "src/T001.txt", "src/T002.txt"];
  }

  get events(): Promise<readonly RunEvent[]> {
    return readFile(join(this.folder, "runs", this.log.runId, "events.jsonl"), "utf8").then((text) =>
      text
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { event: RunEvent }).event),
    );
  }

  gapPlans(script: Script, more: Partial<GapPlansOptions> = {}): GapPlans {
    this.runner = new ScriptedRunner(script);
    const surroundings = {
      directory: this.folder,
      environment: { PATH: process.env.PATH ?? "" },
      confinement: UNCONFINED,
      timeoutMs: 10_000,
      signal: this.abort.signal,
    };
    const ids = this.manager.backlog.tasks.map((task) => task.id);
    const known = new Set<string>();
    return new GapPlans({
      recorder: this.recorder,
      manager: this.manager,
      statuses: new StatusProjection(
        this.manager,
        () => this.log.state,
        ids,
        () => undefined,
      ),
      specs: {
        recordBacklog: async ({ text }: BacklogSpec, origin: VersionOrigin) => {
          this.specs.push({ text, origin });
          return "version";
        },
      },
      backlogFile: "tasks/BACKLOG.yaml",
      maxGapPlans: 2,
      gate: {
        prepare: async () => undefined,
        look: (commands, options) => runChecks(commands, surroundings, options),
      },
      directoryAt: async (commit) => {
        this.lent.push(commit);
        this.open++;
        return {
          directory: this.folder,
          release: async () => {
            this.open--;
          },
        };
      },
      factsAt: async () => makeFacts(Object.fromEntries(this.paths.map((path) => [path, 10])), { programs: ["test"] }),
      changedPaths: async () => ["src/T001.txt"],
      agents: {
        runner: this.runner,
        memory: new ModelMemory({ XDG_DATA_HOME: join(this.folder, "data") }, systemClock, () => undefined),
        factsOf: () => undefined,
        timeoutSeconds: 60,
        idleTimeoutSeconds: 60,
        signal: this.abort.signal,
        clock: systemClock,
        pause: async () => undefined,
        report: (_, message) => this.told.push(message),
        isNews: (matter) => known.size < known.add(matter).size,
      },
      reviewers: [MODEL],
      drafters: [MODEL],
      whyStop: () => undefined,
      ...more,
    });
  }

  /** What the pool would do with them. */
  async land(tasks: readonly Task[]): Promise<void> {
    for (const { id: task, files } of tasks) {
      const [path = ""] = files;
      await Bun.write(join(this.folder, path), "there\n");
      const of = { task, attempt: 1 };
      const commit = createHash("sha1").update(task).digest("hex");
      await this.recorder.record({ type: "attempt_started", ...of, slot: 1, base: HEAD, model: "p/m" });
      await this.recorder.record({ type: "session_opened", ...of, session: "s" });
      const spent = { tokens: 0, cost_usd: 0, duration_ms: 1 };
      await this.recorder.record({ type: "agent_finished", ...of, status: "success", ...spent });
      await this.recorder.record({ type: "work_captured", ...of, commit, tree: commit, paths: [path] });
      await this.recorder.record({ type: "verification_finished", ...of, passed: true });
      await this.recorder.record({ type: "landing_intended", ...of, head: this.recorder.head, commit });
      await this.recorder.record({ type: "task_landed", ...of, commit });
      await this.manager.updateTaskStatus(task, "complete");
    }
  }

  /** Every directory that was lent has come back. */
  get allReturned(): boolean {
    return this.open === 0;
  }

  async remove(): Promise<void> {
    await this.log.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function loadFrom(folder: string): Promise<BacklogManager> {
  const loaded = await BacklogManager.load(join(folder, "BACKLOG.yaml"), { repositoryRoot: folder });
  if (!loaded.ok) throw new Error(formatDiagnostics(loaded.failure));
  return loaded.value;
}

async function openLog(folder: string, runId: string): Promise<RunLog> {
  const options = { clock: systemClock, epoch: 1, assertOwned: async () => undefined };
  const log = await RunLog.open(join(folder, "runs"), runId, options);
  if (!log.ok) throw new Error(log.failure.message);
  return log.value;
}

let rest: Rest;
const made = async (...given: Parameters<typeof Rest.make>) => {
  rest = await Rest.make(...given);
  return rest;
};

afterEach(() => rest.remove());

const NEVER: Script = async (agent) => {
  throw new Error(`nobody was to be asked, but ${agent.role} was`);
};

describe("the goal", () => {
  test("is not looked at while a task is not complete, or where there is none", async () => {
    await made({ checks: [{ run: "false" }] }, ["complete", "failed"]);
    const gaps = rest.gapPlans(NEVER);
    expect([await gaps.next(), gaps.standing.kind]).toEqual([undefined, "not looked at"]);
    await rest.remove();
    await made(undefined);
    expect([await rest.gapPlans(NEVER).next(), (await rest.events).length]).toEqual([undefined, 1]);
  });

  test("is met when its commands pass; nobody is asked", async () => {
    await made({ checks: [{ run: "test -d ." }] });
    const gaps = rest.gapPlans(NEVER);
    expect(await gaps.next()).toBeUndefined();
    expect(goalLines(gaps.standing)).toEqual(["The goal is met."]);
    expect(goalReason(gaps.standing, "b")).toBeUndefined();
    expect(rest.log.state.goal).toEqual({ met: true, missing: [] });
  });

  test("is met when the reviewer shows each criterion; it is told of tasks, never what only their workers were", async () => {
    await made({ criteria: ["It works", "It is documented"] });
    const gaps = rest.gapPlans(async () => says([true, "src/T001.txt"], [true, "./src/T002.txt:3"]));
    expect(await gaps.next()).toBeUndefined();
    expect(gaps.standing).toEqual({ kind: "met", notChecked: [] });
    const [reviewer] = rest.runner.agents;
    expect([reviewer?.role, reviewer?.directory, rest.runner.agents.length]).toEqual(["reviewer", rest.folder, 1]);
    expect(reviewer?.prompt).toContain("2. It is documented");
    expect(reviewer?.prompt).toContain("T001 Do T001: src/T001.txt");
    expect(reviewer?.prompt).not.toContain("private to");
    expect(rest.log.state.tokens).toBe(100);
    expect(rest.allReturned).toBe(true);
  });

  test("all that is missing is known at once: each command, each criterion", async () => {
    await made({
      checks: [{ run: "test -e one" }, { run: "test -d ." }, { run: "test -e two" }],
      criteria: ["It works"],
    });
    const gaps = rest.gapPlans(async () => says([false]), { maxGapPlans: 0 });
    expect(await gaps.next()).toBeUndefined();
    expect(goalLines(gaps.standing)).toEqual([
      "The goal lacks:",
      "  'test -e one' failed with exit status 1",
      "  'test -e two' failed with exit status 1",
      "  It works (there is none)",
    ]);
    expect(goalReason(gaps.standing, "tasks/BACKLOG.yaml")).toBe(
      "All tasks are done, but the goal is not met: 'test -e one' failed with exit status 1 and 2 other parts; maxGapPlans is 0, so no tasks were added for it. Add tasks to tasks/BACKLOG.yaml or change its goal, then run implement again.",
    );
    expect(await rest.events).toHaveLength(2);
  });

  test("a setup that fails says nothing about the commands, which could not be tried", async () => {
    await made({ checks: [{ run: "test -d ." }] });
    const failed: FailedCheck = {
      ...{ command: "npm ci", how: "failed with exit status 1", output: "", aborted: false },
      ...{ hasVerdict: true, assertions: [], fingerprints: [] },
    };
    const gaps = rest.gapPlans(NEVER, {
      maxGapPlans: 0,
      gate: { prepare: async () => failed, look: () => Promise.reject(new Error("nothing to look at")) },
    });
    await gaps.next();
    expect(goalLines(gaps.standing)[1]).toBe("  'test -d .' could not be tried: 'npm ci' failed with exit status 1");
  });
});

describe("a reviewer", () => {
  test("that names files which are not there is asked again, and believed once it shows others", async () => {
    await made({ criteria: ["It works"] });
    const gaps = rest.gapPlans(async (agent) =>
      says(agent.corrections.length === 0 ? [true, "src/nothing.txt"] : [true, "src/T001.txt"]),
    );
    await gaps.next();
    expect(gaps.standing.kind).toBe("met");
    expect(rest.runner.agents[0]?.corrections[0]).toContain("there is no file src/nothing.txt");
  });

  test("that goes on naming them has shown nothing: the criterion is missing", async () => {
    await made({ criteria: ["It works", "It lasts"] });
    const gaps = rest.gapPlans(async () => says([true, "src/nothing.txt"], [true, "src/T001.txt"]), { maxGapPlans: 0 });
    await gaps.next();
    expect(rest.runner.agents[0]?.corrections).toHaveLength(2);
    expect(goalLines(gaps.standing)).toEqual([
      "The goal lacks:",
      "  It works (said to be met, but there is no file src/nothing.txt)",
    ]);
  });

  test.each([
    ["answers in a form nobody can read", async () => answers({ criteria: "yes" })],
    ["fails", async () => fails("provider", "server error")],
    ["takes too long", async (): Promise<Ending> => ({ status: "timeout", message: "no answer within 60 s" })],
    ["would be sent a key", async () => fails("prompt_refused", "the prompt holds a key")],
  ] as const)("that %s proves no gap: the goal is met as far as it was checked", async (_, script) => {
    await made({ criteria: ["It works"], checks: [{ run: "test -d ." }] });
    const gaps = rest.gapPlans(script);
    expect(await gaps.next()).toBeUndefined();
    const [first, second] = goalLines(gaps.standing);
    expect(first).toBe("The goal is met as far as it was checked.");
    expect(second).toMatch(/^Not checked: It works \(.+\)$/u);
    expect(goalReason(gaps.standing, "b")).toBeUndefined();
    expect(rest.allReturned).toBe(true);
  });

  test("that cannot be paid for is not asked", async () => {
    await made({ criteria: ["It works"] });
    const gaps = rest.gapPlans(NEVER, { whyStop: () => "the budget is used up" });
    await gaps.next();
    expect(goalLines(gaps.standing)[1]).toBe("Not checked: It works (the budget is used up)");
  });
});

describe("a gap plan", () => {
  const goal = { checks: [{ run: "test -e src/more.txt" }] };
  const fills: Script = async () => drafts(draft("G101", { files: ["src/more.txt"] }));

  test("becomes tasks in the file and of the run, and closes the gap", async () => {
    await made(goal);
    const gaps = rest.gapPlans(fills);
    const tasks = await gaps.next();
    expect(tasks?.map(({ id, status }) => [id, status])).toEqual([["G101", "pending"]]);
    expect(await rest.file).toContain("# Gap plan 1: the goal lacked 1 part.");
    expect(await rest.file).toStartWith("# ours");
    expect([...rest.log.state.tasks.keys()]).toEqual(["G101"]);
    expect((await rest.events).slice(1)).toMatchObject([
      { type: "goal_checked", round: 0, met: false, missing: ["'test -e src/more.txt' failed with exit status 1"] },
      { type: "tasks_added", round: 1, tasks: ["G101"], tokens: 100 },
    ]);
    expect(rest.specs).toMatchObject([
      { text: await rest.file, origin: { author: "agent", models: ["p/m"], prompt: "gap-plan-1" } },
    ]);
    // What a resumed run reads is what this one goes on with.
    expect(rest.log.state.backlogDigest).toBe(digestOf((await loadFrom(rest.folder)).backlog));

    await rest.land(tasks ?? []);
    expect(await gaps.next()).toBeUndefined();
    expect(gaps.standing).toEqual({ kind: "met", notChecked: [] });
    expect(rest.runner.agents).toHaveLength(1);
  });

  test("is drafted from what is missing: command, output, words of the reviewer, tasks, files", async () => {
    await made({ checks: [{ run: "echo the reason; false" }], criteria: ["It works"] });
    const gaps = rest.gapPlans(async (agent) => (agent.role === "reviewer" ? says([false]) : fills(agent)));
    await gaps.next();
    const drafter = rest.runner.agents[1];
    expect(drafter?.role).toBe("backlog");
    for (const words of ["the reason", "exit status 1", "It works", "there is none", "T002 (complete) Do T002", "src/"])
      expect(drafter?.prompt).toContain(words);
    expect(drafter?.prompt).not.toContain("private to");
  });

  test("that never closes the gap is made again, at most as often as allowed", async () => {
    await made(goal);
    const gaps = rest.gapPlans(async () => drafts(draft("T001", { files: ["src/T001.txt"] })));
    const ids: string[] = [];
    for (let tasks = await gaps.next(); tasks !== undefined; tasks = await gaps.next()) {
      ids.push(...tasks.map(({ id, depends_on }) => [id, ...depends_on].join(" < ")));
      await rest.land(tasks);
    }
    // The ids are new, and the files of a task that is done make the new one wait for it.
    expect(ids).toEqual(["G101 < T001", "G201 < G101"]);
    expect(goalReason(gaps.standing, "b")).toContain("2 gap plans were made and did not close it");
    expect(rest.log.state.gapPlans).toBe(2);
  });

  test("counts over resumptions", async () => {
    await made(goal);
    await rest.land((await rest.gapPlans(fills, { maxGapPlans: 1 }).next()) ?? []);
    await rm(join(rest.folder, "src/more.txt"));
    const gaps = rest.gapPlans(NEVER, { maxGapPlans: 1 });
    expect(await gaps.next()).toBeUndefined();
    expect(gaps.standing.kind).toBe("lacking");
  });

  test("with errors goes back to the same session", async () => {
    await made(goal);
    const gaps = rest.gapPlans(async (agent) =>
      drafts(draft("G101", { files: agent.corrections.length === 0 ? ["../more.txt"] : ["src/more.txt"] })),
    );
    expect(await gaps.next()).toHaveLength(1);
    expect(rest.runner.agents[0]?.corrections[0]).toContain("task G101 field files");
  });

  test("that stays wrong leaves the file alone, and the run ends with what is missing", async () => {
    await made(goal);
    const before = await rest.file;
    const gaps = rest.gapPlans(async () => drafts(draft("G101", { depends_on: ["T009"] })));
    expect(await gaps.next()).toBeUndefined();
    expect(await rest.file).toBe(before);
    expect(rest.runner.agents[0]?.corrections).toHaveLength(2);
    expect(goalReason(gaps.standing, "b")).toMatch(/no tasks could be drafted for it: p\/m: .*T009.* \(100 tokens/u);
    expect(rest.allReturned).toBe(true);
  });

  test("cannot be added to a file a person is half through with: nothing of the run changes", async () => {
    await made(goal);
    const gaps = rest.gapPlans(async (agent) => {
      await writeFile(join(rest.folder, "BACKLOG.yaml"), "tasks: [");
      return fills(agent);
    });
    expect(await gaps.next()).toBeUndefined();
    expect(goalReason(gaps.standing, "b")).toContain("the new tasks could not be added, BACKLOG.yaml:1: ");
    expect(rest.log.state.gapPlans).toBe(0);
  });

  test("is not paid for beyond the budget: the run can be gone on with", async () => {
    await made(goal);
    const gaps = rest.gapPlans(NEVER, { whyStop: () => "the budget is used up" });
    expect(await gaps.next()).toBeUndefined();
    expect(gaps.standing).toEqual({ kind: "stopped", reason: "the budget is used up" });
  });

  test.each(["reviewer", "backlog"])("an interruption while the %s works adds nothing", async (role) => {
    await made({ ...goal, criteria: ["It works"] });
    const gaps = rest.gapPlans(async (agent) => {
      if (agent.role !== role) return says([true, "src/T001.txt"]);
      rest.abort.abort();
      return undefined;
    });
    expect(await gaps.next()).toBeUndefined();
    expect(gaps.standing).toEqual({ kind: "stopped", reason: "interrupted" });
    expect(rest.log.state.tasks.size).toBe(0);
    expect(rest.allReturned).toBe(true);
  });
});

describe("a crash between the file and the journal", () => {
  async function crashed(): Promise<void> {
    await made({ checks: [{ run: "test -e src/more.txt" }] });
    const record = rest.recorder.record.bind(rest.recorder);
    rest.recorder.record = async (event) => {
      if (event.type === "tasks_added") throw new Error("the process is gone");
      await record(event);
    };
    const gaps = rest.gapPlans(async () => drafts(draft("G101"), draft("G102")));
    await expect(gaps.next()).rejects.toThrow("the process is gone");
  }

  test("the tasks are in the file, and become part of the run when it is taken up", async () => {
    await crashed();
    const { backlog } = await loadFrom(rest.folder);
    expect(backlog.tasks.map((task) => task.id)).toEqual(["T001", "T002", "G101", "G102"]);
    const event = unrecordedGapPlan(rest.log.state, backlog);
    expect(event).toMatchObject({ round: 1, tasks: ["G101", "G102"], backlog_digest: digestOf(backlog) });
    if (event === undefined) return;
    await rest.log.record(event);
    expect(unrecordedGapPlan(rest.log.state, backlog)).toBeUndefined();
    expect(rest.log.state.gapPlans).toBe(1);
  });

  test("with a person's edit besides it is not taken for ours", async () => {
    await crashed();
    await writeFile(join(rest.folder, "BACKLOG.yaml"), (await rest.file).replace("title: Words", "title: Other words"));
    expect(unrecordedGapPlan(rest.log.state, (await loadFrom(rest.folder)).backlog)).toBeUndefined();
  });
});
