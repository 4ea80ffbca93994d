import { describe, expect, test } from "bun:test";
import { type ChangedPath, describeViolation, violations } from "../../../src/verification/evidence.ts";

const FILE = "100644";
const NOTHING = "000000";
const added = (path: string, newMode = FILE): ChangedPath => ({ path, oldMode: NOTHING, newMode });
const inSource = { mayWrite: (path: string) => path.startsWith("src/"), allowEmpty: false };
const reasons = (changes: readonly ChangedPath[], rules = inSource) =>
  violations(changes, rules).map((violation) => violation.reason);

describe("violations", () => {
  test("changes inside the scope are none", () => {
    expect(reasons([added("src/a.ts"), { path: "src/b.ts", oldMode: FILE, newMode: NOTHING }])).toEqual([]);
  });

  test("no change at all is one, unless the task may be empty", () => {
    expect(reasons([])).toEqual(["empty"]);
    expect(reasons([], { ...inSource, allowEmpty: true })).toEqual([]);
  });

  test("a path outside the scope is one, also when it is deleted", () => {
    expect(violations([added("src/a.ts"), { path: "b.ts", oldMode: FILE, newMode: NOTHING }], inSource)).toEqual([
      { reason: "outside_scope", paths: ["b.ts"] },
    ]);
  });

  const forbidden: Record<string, ChangedPath> = {
    "a new symbolic link": added("src/link", "120000"),
    "a file turned into a symbolic link": { path: "src/a.ts", oldMode: FILE, newMode: "120000" },
    "a new submodule": added("src/library", "160000"),
    "a submodule moved": { path: "src/library", oldMode: "160000", newMode: "160000" },
    "git's attributes, in any case of letters": added("src/.GitAttributes"),
    "git's modules": added("src/.gitmodules"),
    "OpenCode's configuration": added("src/opencode.jsonc"),
    "OpenCode's folder": added("src/.opencode/plugin/x.ts"),
    "a file that a filter would have to store": { ...added("src/big.bin"), filter: "lfs" },
  };
  for (const [name, change] of Object.entries(forbidden)) {
    test(`${name} is forbidden inside the scope`, () => expect(reasons([change])).toEqual(["forbidden"]));
  }

  test("a symbolic link that was one before may change, and one that goes may go", () => {
    expect(reasons([{ path: "src/link", oldMode: "120000", newMode: "120000" }])).toEqual([]);
    expect(reasons([{ path: "src/link", oldMode: "120000", newMode: NOTHING }])).toEqual([]);
  });

  test("an executable file is an ordinary one", () => {
    expect(reasons([added("src/run.sh", "100755")])).toEqual([]);
  });
});

test("more than 1 GB of changed content, or a folder full of files, is too large", () => {
  const sized = (size: number) => ({ ...added("src/a.bin"), size });
  expect(reasons([sized(600_000_000), sized(400_000_000)])).toEqual([]);
  expect(reasons([sized(600_000_000), sized(400_000_001)])).toEqual(["too_large"]);
  expect(reasons(Array.from({ length: 10_001 }, (_, at) => added(`src/${at}`)))).toEqual(["too_large"]);
});

test("a key is described by file and kind", () => {
  const secrets = [{ path: "src/a.ts", line: 3, kind: "a GitHub token" }];
  expect(describeViolation({ reason: "secret", secrets })).toBe(
    "adds what looks like a key: src/a.ts:3 (a GitHub token)",
  );
});

test("a description names five paths, and how many more there are", () => {
  const paths = ["a", "b", "c", "d", "e", "f", "g"];
  const line = describeViolation({ reason: "outside_scope", paths });
  expect(line).toContain("a, b, c, d, e and 2 more");
  expect(line).not.toContain("\n");
});

test("a description is one line of harmless characters, whatever a file is called", () => {
  const line = describeViolation({ reason: "outside_scope", paths: ["a\nb", "c\u001b[2Jd", "ü"] });
  expect(line).toEndWith("a\\u000ab, c\\u001b[2Jd, ü");
});
