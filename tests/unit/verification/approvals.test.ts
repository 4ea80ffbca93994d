import { expect, test } from "bun:test";
import { approvalNeeds } from "../../../src/verification/approvals.ts";

const FILE = "100644";
const PROGRAM = "100755";
const NOTHING = "000000";
const all = { kinds: ["executable", "deletion", "dependencies", "tests"] as const, isNamed: () => false };
const change = (path: string, oldMode = FILE, newMode = FILE) => ({ path, oldMode, newMode });
const text = (path: string, before: string | undefined, after: string | undefined) => ({ path, before, after });

test("each kind asks for itself, and only if it is asked for", () => {
  const changes = [
    change("run.sh", NOTHING, PROGRAM),
    change("gone.ts", FILE, NOTHING),
    change("yarn.lock"),
    change("a.test.ts"),
  ];
  const concerns = [{ path: "a.test.ts", kind: "skipped", says: "skips tests" } as const];
  expect(approvalNeeds(changes, [], concerns, all)).toEqual({
    reasons: ["new executable: run.sh", "deletes gone.ts", "changes dependencies: yarn.lock", "a.test.ts: skips tests"],
    notices: [],
  });
  expect(approvalNeeds(changes, [], concerns, { ...all, kinds: [] })).toEqual({
    reasons: [],
    notices: ["new executable: run.sh"],
  });
});

test("named paths ask, whatever the change", () => {
  const isNamed = (path: string) => path.startsWith("src/auth/");
  expect(approvalNeeds([change("src/auth/a.ts"), change("b.ts")], [], [], { kinds: [], isNamed }).reasons).toEqual([
    "changes src/auth/a.ts",
  ]);
});

test("an executable is new when it could not be run before, or is a program", () => {
  const reasons = (of: ReturnType<typeof change>, after = "") =>
    approvalNeeds([of], [text(of.path, undefined, after)], [], all).reasons;
  expect(reasons(change("a", FILE, PROGRAM))).toHaveLength(1);
  expect(reasons(change("a", PROGRAM, PROGRAM))).toEqual([]);
  expect(reasons(change("a", NOTHING, FILE), "\u{7f}ELF...")).toHaveLength(1);
  expect(reasons(change("a", NOTHING, FILE), "#!/bin/sh\n")).toEqual([]);
});

test("of shared manifests only what is about dependencies asks", () => {
  const reasons = (path: string, before: string, after: string) =>
    approvalNeeds([change(path)], [text(path, before, after)], [], all).reasons;
  expect(reasons("package.json", '{"version":"1"}', '{"version":"2"}')).toEqual([]);
  expect(reasons("package.json", '{"dependencies":{}}', '{"dependencies":{"a":"1"}}')).toHaveLength(1);
  expect(reasons("web/package.json", "{}", "not JSON")).toHaveLength(1);
  expect(reasons("pyproject.toml", '[project]\nname = "a"\n', '[project]\nname = "b"\n')).toEqual([]);
  expect(
    reasons(
      "pyproject.toml",
      '[project]\ndependencies = [\n  "a",\n]\n',
      '[project]\ndependencies = [\n  "a",\n  "b",\n]\n',
    ),
  ).toHaveLength(1);
  expect(reasons("requirements-dev.txt", "a", "b")).toHaveLength(1);
});
