import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { parseOptions } from "../../../src/config.ts";
import { PROJECT_ROOT } from "../../support/hermeticHome.ts";
import { DIST, readJson } from "./built.ts";

async function published(name: string): Promise<ValidateFunction> {
  const schema = await readJson(join(DIST, "schemas", name));
  const ajv = String(schema.$schema).includes("2020-12") ? new Ajv2020({ strict: false }) : new Ajv({ strict: false });
  return ajv.compile(schema);
}

/** Undefined when the schema accepts the value; else where and why it does not. */
function objection(validate: ValidateFunction, value: unknown): string | undefined {
  if (validate(value)) return undefined;
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`).join("; ");
}

/** The options of the plugin in each opencode.json that the README shows. */
async function readmeOptions(): Promise<unknown[]> {
  const readme = await readFile(join(PROJECT_ROOT, "README.md"), "utf8");
  return [...readme.matchAll(/```json\n(.*?)```/gs)].map(([, json]) => {
    const { plugin } = JSON.parse(json ?? "") as { plugin: [[string, unknown]] };
    return plugin[0][1];
  });
}

describe("options.schema.json", () => {
  test("accepts the README's example, which the plugin itself accepts too", async () => {
    const validate = await published("options.schema.json");
    const examples = await readmeOptions();
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      expect(objection(validate, example)).toBeUndefined();
      expect(parseOptions(example)).toMatchObject({ ok: true });
    }
  });

  test.each([
    ["nothing", {}],
    ["every kind of value", { workers: 1, models: { planning: ["a/b"], backlog: "a/b/c" }, budget: { usd: 0.5 } }],
  ])("accepts %s", async (_, options) => {
    expect(objection(await published("options.schema.json"), options)).toBeUndefined();
    expect(parseOptions(options)).toMatchObject({ ok: true });
  });

  test.each([
    ["an unknown key", { worker: 4 }],
    ["an unknown key further down", { models: { plannning: ["a/b"] } }],
    ["a value of another type", { workers: "4" }],
    ["a value out of bounds", { workers: 0 }],
    ["a model without its provider", { models: { backlog: "haiku" } }],
  ])("refuses %s, as the plugin does", async (_, options) => {
    expect(objection(await published("options.schema.json"), options)).toBeDefined();
    expect(parseOptions(options)).toMatchObject({ ok: false });
  });
});

describe("backlog.schema.json", () => {
  const example = async () =>
    parse(await readFile(join(PROJECT_ROOT, "tasks/BACKLOG.yaml"), "utf8")) as { tasks: Record<string, unknown>[] };

  test("accepts the worked example", async () => {
    expect(objection(await published("backlog.schema.json"), await example())).toBeUndefined();
  });

  test("refuses an unknown key, at the top and in a task", async () => {
    const validate = await published("backlog.schema.json");
    const backlog = await example();
    expect(objection(validate, { ...backlog, taks: [] })).toContain("additional properties");
    const [first, ...others] = backlog.tasks;
    const objected = objection(validate, { ...backlog, tasks: [{ ...first, dependson: [] }, ...others] });
    expect(objected).toContain("/tasks/0 must NOT have additional properties");
  });

  test("refuses a version it does not know, and a task without files", async () => {
    const validate = await published("backlog.schema.json");
    const backlog = await example();
    expect(objection(validate, { ...backlog, version: 2 })).toContain("/version");
    expect(objection(validate, { ...backlog, tasks: [{ id: "T001", title: "t", description: "d" }] })).toContain(
      "'files'",
    );
  });
});

describe("research.schema.json", () => {
  const finding = { says: "It is small", source: "README.md" };

  test("accepts what a researcher's answer becomes, and refuses a finding without its source", async () => {
    const validate = await published("research.schema.json");
    const research = { version: 1, findings: [finding], constraints: [], risks: ["Old clients"] };
    expect(objection(validate, research)).toBeUndefined();
    expect(objection(validate, { ...research, findings: [{ says: "It is small" }] })).toContain("source");
    expect(objection(validate, { ...research, version: 2 })).toContain("version");
  });
});

describe("status.schema.json", () => {
  const head = {
    version: 1,
    track: { id: "x", title: null, file: null },
    owner: null,
    run: null,
    questions: [],
    problems: [],
  };

  test("accepts a track without tasks and a task without attempts, and refuses what is neither", async () => {
    const validate = await published("status.schema.json");
    expect(objection(validate, { ...head, tasks: [] })).toBeUndefined();
    const row = {
      id: "T1",
      title: "",
      status: "pending",
      phase: null,
      pause: null,
      rollback: null,
      waits_for: [],
      attempts: 0,
      reason: null,
    };
    const task = { ...row, tokens: 0, cost_usd: 0 };
    expect(objection(validate, { ...head, task, spec: null, attempts: [], checkpoints: [] })).toBeUndefined();
    expect(objection(validate, head)).toBeDefined();
    expect(objection(validate, { ...head, tasks: [{ ...task, status: "done" }] })).toBeDefined();
  });
});

describe("doctor.schema.json", () => {
  const found = { name: "git", result: "ok", says: "git version 2.50.1", mend: null, duration_ms: 3 };
  const document = { version: 1, repository: null, backlog: null, result: "ok", checks: [found] };

  test("accepts a report made outside of a repository, and refuses a result it does not know", async () => {
    const validate = await published("doctor.schema.json");
    expect(objection(validate, document)).toBeUndefined();
    expect(objection(validate, { ...document, checks: [{ ...found, result: "fine" }] })).toContain("/checks/0/result");
  });
});

describe("artifact.schema.json", () => {
  const artifact = { version: 1, id: "a".repeat(64), bytes: 3, at: 1, kind: "answer", consumes: [] };
  const whole = { ...artifact, schema: { name: "text", version: "1" }, producer: { role: "worker" } };

  test("accepts an artifact, and refuses a kind and an id it does not know", async () => {
    const validate = await published("artifact.schema.json");
    expect(objection(validate, whole)).toBeUndefined();
    expect(objection(validate, { ...whole, kind: "song" })).toContain("/kind");
    expect(objection(validate, { ...whole, id: "short" })).toContain("/id");
  });
});
