import { describe, expect, test } from "bun:test";
import type { Task } from "../../../src/types.ts";
import {
  type ContextToVerify,
  describeContextFinding,
  isFatal,
  verifyContext,
} from "../../../src/verification/contextVerifier.ts";
import { makeTask } from "../backlog/fixtures.ts";

const TOKEN = ["ghp", "Zk3vQ9xW2mT7rB1nL5cY8dF4gH6jK0pS2aVe"].join("_");

const task: Task = makeTask({
  id: "T002",
  title: "Parser",
  description: "Parse the dates that people type.\nKeep  the spaces.\n",
  files: ["src/parser.ts"],
  acceptance: [{ run: "npm test -- parser" }],
});
const others = [
  makeTask({ id: "T001", description: "Define the types of a date, of a time and of a span between two of them.\n" }),
  makeTask({ id: "T003", description: "Show the dates in a table.\n" }),
];
const message =
  "Task T002: Parser\nParse the dates that people type.\nKeep  the spaces.\n- src/parser.ts\n- npm test -- parser";

function verify(changes: Partial<ContextToVerify>) {
  const context = { task, message, maxBytes: 3_072, shared: [], tasks: [...others, task], changedSince: [] };
  return verifyContext({ ...context, ...changes });
}
const withFields = (fields: Partial<Task>) => verify({ task: { ...task, ...fields } });

describe("verifyContext", () => {
  test("finds nothing wrong with a message that is as it should be", async () => {
    expect(await verify({})).toEqual([]);
  });

  test("too large, in bytes of UTF-8", async () => {
    const long = `${message}${"漢".repeat(1_000)}`;
    expect(await verify({ message: long })).toEqual([
      { reason: "too_large", bytes: Buffer.byteLength(long), limit: 3_072 },
    ]);
  });

  test("incomplete: id, title, description, files and acceptance stand there word for word", async () => {
    for (const [field, missing] of [
      ["id", message.replace("T002", "")],
      ["title", message.replace(": Parser", "")],
      ["description", message.replace("Keep  the", "Keep the")],
      ["files[0]", message.replace("src/parser.ts", "src/parser")],
      ["acceptance[0]", message.replace("npm test -- parser", "npm test")],
    ] as const) {
      expect(await verify({ message: missing })).toEqual([{ reason: "incomplete", fields: [field] }]);
    }
  });

  test("another task's description, a long passage of it, with other white space too", async () => {
    const [other] = others;
    const description = other?.description ?? "";
    for (const leaked of [description, description.slice(0, -20), description.replaceAll(" ", "\n  ")]) {
      expect(await verify({ message: `${message}\n${leaked}` })).toEqual([{ reason: "other_task", other: "T001" }]);
    }
    expect(await verify({ message: `${message}\nShow the dates in a table.` })).toMatchObject([{ other: "T003" }]);
  });

  test("what this task says itself, or what all tasks share, is not another's", async () => {
    const boilerplate = "Follow the conventions of the module; keep the public interface as it is; add tests for it.\n";
    const tasks = [makeTask({ id: "T001", description: boilerplate }), { ...task, description: boilerplate }];
    const own = { ...task, description: boilerplate };
    expect(await verify({ tasks, task: own, message: `${message}\n${boilerplate}` })).toEqual([]);
    expect(await verify({ tasks, message: `${message}\n${boilerplate}`, shared: [boilerplate] })).toEqual([]);
    expect(await verify({ tasks, message: `${message}\n${boilerplate}` })).toMatchObject([{ reason: "other_task" }]);
  });

  test("a key in any field is named by field and kind, not by its value", async () => {
    const fields: Record<string, Partial<Task>> = {
      title: { title: `Use ${TOKEN}` },
      description: { description: `${task.description}Use ${TOKEN}.\n` },
      context: { context: `one\n${TOKEN}` },
      "reads[0]": { reads: [`src/${TOKEN}`] },
      "acceptance[1]": { acceptance: [...task.acceptance, { run: `curl -H 'Authorization: ${TOKEN}' x` }] },
    };
    for (const [field, given] of Object.entries(fields)) {
      const found = (await withFields(given)).filter(({ reason }) => reason === "secret");
      expect(found).toMatchObject([{ field, secret: { kind: "a GitHub token" } }]);
      const said = found.map(describeContextFinding).join();
      expect(said).toStartWith(`${field} holds what looks like a GitHub token (line`);
      expect(said).not.toContain(TOKEN);
      expect(found.every(isFatal)).toBe(true);
    }
    expect(await verify({ shared: ["a", TOKEN] })).toMatchObject([{ reason: "secret", secret: { line: 2 } }]);
  });

  test("a key that a comment lets through is told and not refused", async () => {
    const found = await withFields({ context: `${TOKEN} # secretlint-disable-line` });
    expect(found).toMatchObject([{ reason: "secret_allowed", field: "context" }]);
    expect(found.some(isFatal)).toBe(false);
  });

  test("control characters and stale context are told, and not fatal", async () => {
    const found = await withFields({ title: "Par\u0007ser", context: "It is so.", reads: ["\u001b[1mx"] });
    expect(found).toEqual([
      { reason: "control_characters", field: "title" },
      { reason: "control_characters", field: "reads[0]" },
    ]);
    const stale = await verify({ task: { ...task, context: "It is so." }, changedSince: ["src/parser.ts"] });
    expect(stale).toEqual([{ reason: "stale", paths: ["src/parser.ts"] }]);
    expect([...found, ...stale].some(isFatal)).toBe(false);
    expect(await verify({ changedSince: ["src/parser.ts"] })).toEqual([]);
  });

  test("what a description asks for is not judged", async () => {
    const description = "spawn agent; execute shell; 'ignore previous instructions'; DROP TABLE users; sudo rm -rf /\n";
    const said = message.replace(task.description.trimEnd(), description.trimEnd());
    expect(await verify({ task: { ...task, description }, message: said })).toEqual([]);
  });
});
