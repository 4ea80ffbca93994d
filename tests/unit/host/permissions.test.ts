import { expect, test } from "bun:test";
import { toolRules, WRITE_TOOLS } from "../../../src/host/agents.ts";
import { type PermissionRule, sessionRules, toolsThatWouldAsk } from "../../../src/host/permissions.ts";

/** OpenCode's rule: the last one whose permission and pattern match decides; without any it asks. */
function decide(rules: readonly PermissionRule[], permission: string, subject = "anything"): string {
  const matches = (pattern: string, value: string) => {
    const source = pattern
      .split("*")
      .map((part) => part.replace(/[.?+^$()|[\]{}\\]/g, "\\$&"))
      .join(".*");
    return new RegExp(`^${source}$`, "s").test(value);
  };
  return (
    rules.findLast((rule) => matches(rule.permission, permission) && matches(rule.pattern, subject))?.action ?? "ask"
  );
}

const worker = (user?: unknown) => sessionRules(toolRules("worker"), user);
const planner = (user?: unknown) => sessionRules(toolRules("planner"), user);

test("a worker reads, writes and runs; a planner reads and answers; neither uses anything else", () => {
  for (const tool of ["read", "grep", "glob", "list", "edit", "bash"]) expect(decide(worker(), tool)).toBe("allow");
  expect(decide(planner(), "read")).toBe("allow");
  expect(decide(planner(), "StructuredOutput")).toBe("allow");
  for (const tool of ["edit", "bash"]) expect(decide(planner(), tool)).toBe("deny");
  for (const tool of ["webfetch", "task", "mac_pipeline", "some_mcp_tool"]) {
    expect(decide(worker(), tool)).toBe("deny");
    expect(decide(planner(), tool)).toBe("deny");
  }
});

test.each(["external_directory", "question", "doom_loop", "plan_enter", "plan_exit"])("%s is never asked", (name) => {
  for (const user of [undefined, "ask", "allow", { [name]: "ask" }, { [name]: "allow" }, { "*": "allow" }]) {
    expect(decide(worker(user), name)).toBe("deny");
    expect(decide(planner(user), name)).toBe("deny");
  }
});

test("no rule asks, whatever the user has", () => {
  for (const user of ["ask", { "*": "ask" }, { bash: "ask" }, { bash: { "*": "ask", "git *": "allow" } }]) {
    expect(worker(user).filter((rule) => rule.action === "ask")).toEqual([]);
  }
});

test("a user's deny is kept, and what would ask is refused", () => {
  expect(decide(worker({ bash: "deny" }), "bash")).toBe("deny");
  const rules = worker({ bash: { "rm *": "deny", "curl *": "ask" }, edit: { "*.lock": "deny" } });
  expect(decide(rules, "bash", "rm -r x")).toBe("deny");
  expect(decide(rules, "bash", "curl x")).toBe("deny");
  expect(decide(rules, "bash", "ls")).toBe("allow");
  expect(decide(rules, "edit", "bun.lock")).toBe("deny");
});

test("of a user's rules the last that matches wins", () => {
  const rules = worker({ bash: { "*": "deny", "git *": "allow", "git push*": "deny" } });
  expect(decide(rules, "bash", "ls")).toBe("deny");
  expect(decide(rules, "bash", "git status")).toBe("allow");
  expect(decide(rules, "bash", "git push -f")).toBe("deny");
});

test("a deny of everything binds each tool, and the answer's tool is no tool of the user's", () => {
  for (const user of ["deny", { "*": "deny" }]) {
    for (const tool of ["read", "edit", "bash"]) expect(decide(worker(user), tool)).toBe("deny");
    expect(decide(planner(user), "StructuredOutput")).toBe("allow");
  }
  expect(decide(worker({ "*": "deny", read: "allow" }), "read")).toBe("allow");
  expect(decide(worker({ "*": "deny", read: "allow" }), "bash")).toBe("deny");
});

test("a blanket ask leaves agents their worktrees", () => {
  for (const tool of ["read", "edit", "bash"]) expect(decide(worker("ask"), tool)).toBe("allow");
});

test("a user's allow widens nothing", () => {
  expect(decide(planner("allow"), "bash")).toBe("deny");
  expect(decide(planner({ bash: "allow", edit: "allow" }), "edit")).toBe("deny");
  expect(decide(worker({ webfetch: "allow" }), "webfetch")).toBe("deny");
  expect(decide(worker({ read: "allow" }), "read", "config/.env")).toBe("deny");
});

test("files that hold secrets are not read, their samples are, unless the user restricts reading", () => {
  for (const path of [".env", "a.env", "a.env.local"]) expect(decide(worker(), "read", path)).toBe("deny");
  expect(decide(worker(), "read", "a.env.example")).toBe("allow");
  expect(decide(worker({ read: "deny" }), "read", "a.env.example")).toBe("deny");
});

test("what is not a permission is no rule", () => {
  for (const user of [undefined, null, 3, [], { bash: 7 }, { bash: { x: "perhaps" } }]) {
    expect(worker(user)).toEqual(worker());
  }
});

test("tools that would ask are named, by the last rule for all their uses", () => {
  expect(toolsThatWouldAsk({ bash: "ask", edit: { "*": "ask" } }, WRITE_TOOLS)).toEqual(["edit", "bash"]);
  expect(toolsThatWouldAsk({ bash: { "*": "allow", "rm *": "ask" }, edit: "deny" }, WRITE_TOOLS)).toEqual([]);
});

test("a researcher reads the web from the given origins only, whatever the user allows", () => {
  const rules = (user?: unknown) => sessionRules(toolRules("researcher", ["https://docs.example.org"]), user);
  for (const user of [undefined, "allow", { webfetch: "allow" }, { "*": "allow" }]) {
    expect(decide(rules(user), "webfetch", "https://docs.example.org/guide")).toBe("allow");
    expect(decide(rules(user), "webfetch", "https://docs.example.org")).toBe("allow");
    expect(decide(rules(user), "webfetch", "https://docs.example.org.evil.test/")).toBe("deny");
    expect(decide(rules(user), "webfetch", "https://evil.test/https://docs.example.org/")).toBe("deny");
  }
  expect(decide(rules({ webfetch: "deny" }), "webfetch", "https://docs.example.org/guide")).toBe("deny");
  expect(decide(rules({ webfetch: "ask" }), "webfetch", "https://docs.example.org/guide")).toBe("deny");
  expect(decide(sessionRules(toolRules("planner"), "allow"), "webfetch", "https://docs.example.org/")).toBe("deny");
});
