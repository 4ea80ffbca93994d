import { describe, expect, test } from "bun:test";
import { backlogFromAgent } from "../../../src/backlog/backlogGenerator.ts";
import { compileBacklog } from "../../../src/backlog/compileBacklog.ts";
import { formatDiagnostics } from "../../../src/backlog/diagnostics.ts";
import type { BacklogRequest, GeneratedBacklog } from "../../../src/backlog/draftedBacklog.ts";
import type { AskedDraft, DraftingAgent } from "../../../src/backlog/draftingAgent.ts";
import type { AgentFailure } from "../../../src/core/agentRunner.ts";
import { type Ending, fails, type Script, ScriptedRunner } from "../../support/scriptedRunner.ts";
import { makeFacts, names } from "./facts.ts";
import { makeItem, makePlan } from "./plans.ts";

const REQUEST: BacklogRequest = {
  plan: makePlan([makeItem("P1", { files: ["src/A.ts"] }), makeItem("P2", { depends_on: ["P1"], files: [] })]),
  planFile: "tasks/PLAN.md",
  trackId: "rate-limits",
  verify: ["npm test"],
  setup: [],
};

const answers = (structured: unknown): Ending => ({ status: "success", text: "", structured });
const draftTask = (id: string, fields: object = {}) => ({
  id,
  title: `Title ${id}`,
  description: `Do ${id}.`,
  depends_on: [],
  files: [`src/${id}.ts`],
  ...fields,
});

interface Asked {
  readonly runner: ScriptedRunner;
  readonly waits: readonly number[];
  readonly asked: AskedDraft<GeneratedBacklog>;
}

async function ask(
  script: Script,
  more: Partial<DraftingAgent> = {},
  request: BacklogRequest = REQUEST,
): Promise<Asked> {
  const runner = new ScriptedRunner(script);
  const waits: number[] = [];
  const asked = await backlogFromAgent(request, {
    runner,
    model: { providerID: "p", modelID: "m" },
    by: "schema",
    directory: "/repository",
    timeoutSeconds: 300,
    signal: new AbortController().signal,
    clock: { now: () => 1_000 },
    pause: async (milliseconds) => void waits.push(milliseconds),
    report: () => undefined,
    ...more,
  });
  return { runner, waits, asked };
}

/** The draft's backlog, which the loader takes too. */
function accepted({ asked }: Asked): GeneratedBacklog {
  if (!asked.result.ok) throw new Error(JSON.stringify(asked.result.failure));
  const loaded = compileBacklog("tasks/BACKLOG.yaml", Buffer.from(asked.result.value.text));
  if (!loaded.ok) throw new Error(formatDiagnostics(loaded.failure));
  expect(loaded.value.backlog).toEqual(asked.result.value.backlog);
  return asked.result.value;
}

describe("an agent's draft", () => {
  test("is ordered, gets dependencies for shared files, and says so at the head of the file", async () => {
    const draft = {
      tasks: [
        draftTask("B", { depends_on: ["A"], acceptance: ["npm test -- b"] }),
        draftTask("A", { context: "Known." }),
        draftTask("C", { files: ["src/*.ts"] }),
      ],
      goal_checks: ["npm run e2e"],
    };
    const asked = await ask(async () => answers(draft), {}, { ...REQUEST, base: "a".repeat(40) });
    const { backlog, notes, text } = accepted(asked);
    expect(backlog.tasks.map(({ id, depends_on }) => [id, ...depends_on])).toEqual([["A"], ["B", "A"], ["C", "B"]]);
    expect(notes).toEqual(["C waits for B: both may write src/*.ts."]);
    expect(text).toStartWith("# Drafted by an agent from the plan.\n# C waits for B");
    expect(backlog.tasks[1]?.acceptance).toEqual([{ run: "npm test -- b" }]);
    expect(backlog).toMatchObject({
      track_id: "rate-limits",
      plan: "tasks/PLAN.md",
      base: "a".repeat(40),
      verify: ["npm test"],
      goal: { criteria: ["Requests are limited"], checks: [{ run: "npm run e2e" }] },
    });
    expect(asked.asked.usage).toEqual({ tokens: 100, costUsd: 0.01, failedStructuredOutput: false });
  });

  test("cannot give itself rights: network, allow_empty and a model are left out", async () => {
    const draft = { tasks: [draftTask("A", { network: true, allow_empty: true, model: "x/y", status: "complete" })] };
    const { backlog } = accepted(await ask(async () => answers(draft)));
    expect(backlog.tasks[0]).toMatchObject({ network: false, allow_empty: false, status: "pending" });
    expect(backlog.tasks[0]?.model).toBeUndefined();
  });

  test("that leaves an item of the plan out is noted; other files for the same work are a person's to judge", async () => {
    const plan = makePlan([
      makeItem("P1", { files: ["src/A.ts", "src/B.ts"] }),
      makeItem("P2", { files: ["docs/a.md", "docs/b.md"], title: "Describe it" }),
      makeItem("P3", { files: ["docs/*.md"] }),
    ]);
    const { notes } = accepted(await ask(async () => answers({ tasks: [draftTask("A")] }), {}, { ...REQUEST, plan }));
    expect(notes).toEqual(['No task writes what the plan\'s item "Describe it" names: docs/a.md, docs/b.md.']);
  });

  test("with errors is mended in the same session, told all of them exactly", async () => {
    const bad = {
      tasks: [draftTask("A", { depends_on: ["B"], files: ["/etc/x"] }), draftTask("B", { depends_on: ["A"] })],
    };
    const asked = await ask(async ({ corrections }) =>
      answers(corrections.length === 0 ? bad : { tasks: [draftTask("A"), draftTask("B")] }),
    );
    accepted(asked);
    expect(asked.runner.agents).toHaveLength(1);
    const problem = asked.runner.agents[0]?.corrections[0];
    expect(problem).toContain("- task A field depends_on: the tasks wait for one another: A -> B -> A");
    expect(problem).toContain('- task A field files: "/etc/x" is not relative to the repository\'s root');
  });

  test("with an id the schema refuses is told its other errors too, each once", async () => {
    const bad = {
      tasks: [
        draftTask("C", { depends_on: ["B"], files: ["src/A.ts"] }),
        draftTask("B", { files: ["/etc/x"], acceptance: ["rm -rf ~"] }),
        draftTask("9 x", { files: ["src/A.ts"] }),
      ],
    };
    const { runner } = await ask(async ({ corrections }) =>
      answers(corrections.length === 0 ? bad : { tasks: [draftTask("A")] }),
    );
    expect(runner.agents[0]?.corrections[0]?.split("\n").filter((line) => line.startsWith("- "))).toEqual([
      expect.stringContaining('field id: "9 x" is not an id'),
      expect.stringContaining('task B field files: "/etc/x"'),
      expect.stringContaining('task B field acceptance: "rm -rf ~"'),
    ]);
  });

  test("with an id used twice gets no dependency between the two", async () => {
    const bad = { tasks: [draftTask("T1"), draftTask("T1"), draftTask("T2", { files: ["src/**"] })] };
    const { runner } = await ask(async ({ corrections }) =>
      answers(corrections.length === 0 ? bad : { tasks: [draftTask("A")] }),
    );
    const problem = runner.agents[0]?.corrections[0];
    expect(problem).toContain("task T1 field id: the id is used twice");
    expect(problem).not.toContain("depends_on");
  });

  test("is held against the repository: complex files, paths, programs and empty checks", async () => {
    const big = Object.fromEntries(
      [1, 2, 3, 4].map((number) => [`src/big${number}.ts`, { bytes: 20_000, exportedNames: names(3) }]),
    );
    const facts = makeFacts({ ...big, "src/index.ts": 10 });
    const bad = {
      tasks: [
        draftTask("A", { files: Object.keys(big) }),
        draftTask("B", { reads: ["src/indx.ts"], acceptance: ["nosuchprogram --all", "true"] }),
      ],
    };
    const { runner } = await ask(
      async ({ corrections }) => answers(corrections.length === 0 ? bad : { tasks: [draftTask("A")] }),
      {},
      { ...REQUEST, facts },
    );
    const problem = runner.agents[0]?.corrections[0] ?? "";
    expect(problem).toContain("task A field files: 4 complex files are too many for one task");
    expect(problem).toContain('task B field reads: "src/indx.ts" does not exist');
    expect(problem).toContain("did you mean src/index.ts?");
    expect(problem).toContain("needs `nosuchprogram`");
    expect(problem).toContain('"true" passes whatever the task does');
  });

  test("that stays broken after two corrections fails with what is wrong with the last answer", async () => {
    const { asked, runner } = await ask(async ({ corrections }) =>
      answers({ tasks: [draftTask("A", { files: [`../${corrections.length}`] })] }),
    );
    expect(asked.result).toMatchObject({
      ok: false,
      failure: { reason: "refused", errors: expect.stringContaining('task A field files: "../2"') },
    });
    expect(runner.agents).toHaveLength(1);
    expect(runner.agents[0]?.corrections).toHaveLength(2);
  });

  test("with hundreds of errors sends back the first ones and how many more there are", async () => {
    const tasks = Array.from({ length: 90 }, (_, index) => ({ ...draftTask("A"), id: index }));
    const { runner } = await ask(async () => answers({ tasks }));
    const lines = runner.agents[0]?.corrections[0]?.split("\n") ?? [];
    expect(lines).toHaveLength(41);
    expect(lines[0]).toStartWith("- task number 1 of the list, ");
    expect(lines.at(-1)).toBe("- and 50 more");
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["prose", "I would rather talk"],
    ["no list", { tasks: 3 }],
    ["an empty list", { tasks: [] }],
    ["tasks that are none", { tasks: ["do it", null, 7] }],
  ])("that is %s is refused as data, not as a crash", async (_, answer) => {
    const { asked } = await ask(async () => answers(answer));
    expect(asked.result).toMatchObject({ ok: false, failure: { reason: "refused" } });
  });
});

describe("a model that does not answer", () => {
  const failing = (failure: Partial<AgentFailure>): Ending => ({
    status: "error",
    failure: { reason: "provider", message: "down", retryable: true, ...failure },
  });
  const draft = { tasks: [draftTask("A")] };

  test.each<[string, Partial<AgentFailure>, number]>([
    ["a provider that failed", {}, 5_000],
    ["a limit of which the end is not named", { reason: "rate_limited" }, 60_000],
    ["a limit that ends soon", { reason: "rate_limited", retryAt: 31_000 }, 30_000],
    ["an address that does not answer", { reason: "unreachable" }, 5_000],
  ])("%s is asked once more, after its wait", async (_, failure, wait) => {
    const asked = await ask(async ({ turn }) => (turn === 1 ? failing(failure) : answers(draft)));
    accepted(asked);
    expect(asked.waits).toEqual([wait]);
    expect(asked.asked.usage.tokens).toBe(200);
  });

  test.each<[string, Partial<AgentFailure>]>([
    ["a limit that ends late", { reason: "rate_limited", retryAt: 90_000 }],
    ["a used-up account", { reason: "quota_exhausted", retryable: false }],
    ["a wrong key", { reason: "authentication", retryable: false }],
    ["a prompt that must not be sent", { reason: "prompt_refused", retryable: false }],
  ])("%s is not waited for, and its words are the reason", async (_, failure) => {
    const { asked, runner, waits } = await ask(async () => failing({ ...failure, message: "No,\nnot now" }));
    expect(asked.result).toMatchObject({ ok: false, failure: { reason: "unanswered", message: "No, not now" } });
    expect(runner.agents).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  test("a provider that takes no schema is asked for JSON in words", async () => {
    const refuses = failing({ retryable: false, message: "tool_choice is not supported" });
    const asked = await ask(async ({ options }) => (options.answer?.by === "schema" ? refuses : answers(draft)));
    accepted(asked);
    expect(asked.runner.agents.map(({ options }) => options.answer?.by)).toEqual(["schema", "text"]);
  });

  test("a failure that stays is told after the second time", async () => {
    const { asked, runner } = await ask(async ({ turn }) => failing({ message: `failed ${turn}` }));
    expect(asked.result).toMatchObject({ ok: false, failure: { reason: "unanswered", message: "failed 2" } });
    expect(runner.agents).toHaveLength(2);
  });

  test("out of time is told at once", async () => {
    const { asked, runner } = await ask(async () => ({ status: "timeout", message: "no answer within 1 s" }));
    expect(asked.result).toMatchObject({ ok: false, failure: { message: "no answer within 1 s" } });
    expect(runner.agents).toHaveLength(1);
  });

  test("an interrupt ends it, also while it waits to ask again", async () => {
    const stopped = { ok: false, failure: { reason: "aborted" } } as const;
    expect((await ask(async () => fails("aborted", "stopped"))).asked.result).toEqual(stopped);
    const controller = new AbortController();
    const pause = async () => controller.abort();
    const { asked, runner } = await ask(async () => failing({}), { signal: controller.signal, pause });
    expect(asked.result).toEqual(stopped);
    expect(runner.agents).toHaveLength(1);
  });
});
