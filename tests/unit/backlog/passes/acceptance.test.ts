import { describe, expect, test } from "bun:test";
import { formatFinding } from "../../../../src/backlog/diagnostics.ts";
import { checkAcceptance } from "../../../../src/backlog/passes/acceptance.ts";
import type { Origin, RepositoryFacts } from "../../../../src/backlog/repositoryFacts.ts";
import type { Backlog } from "../../../../src/types.ts";
import { makeFacts } from "../facts.ts";
import { makeBacklog, makeTask } from "../fixtures.ts";
import { ORDINARY_CHECKS } from "../shell/support.ts";

function backlogWith(lines: readonly string[], fields: Partial<Backlog> = {}): Backlog {
  return makeBacklog([makeTask({ id: "A", acceptance: lines.map((run) => ({ run })) })], fields);
}

function said(backlog: Backlog, origin: Origin = "person", facts?: RepositoryFacts): readonly string[] {
  return checkAcceptance(backlog, origin, facts).findings.map(
    (finding) => `${finding.severity ?? "error"}: ${formatFinding(finding)}`,
  );
}

describe("a destructive command is refused wherever it stands", () => {
  test.each(["person", "generated"] as const)("written by a %s", (origin) => {
    const backlog = backlogWith(["npm test", "rm -rf ~"], {
      verify: ["git push"],
      setup: ["sudo make install"],
      goal: { criteria: [], checks: [{ run: "npm publish" }] },
    });
    expect(said(backlog, origin)).toEqual([
      expect.stringMatching(
        /^error: field setup: "sudo make install" runs as another user.* \(take it out, or do it by hand\)$/u,
      ),
      expect.stringContaining('error: field verify: "git push" publishes commits'),
      expect.stringContaining('error: field goal: "npm publish" publishes or deploys'),
      expect.stringContaining('error: task A field acceptance: "rm -rf ~" removes ~, outside the repository'),
    ]);
  });
});

describe("a command that no shell can read", () => {
  test("is refused wherever it stands, whoever wrote it", () => {
    const backlog = backlogWith(["npm test 'x", "node --test ("], { verify: ['echo "a'], setup: ["npm ci)"] });
    for (const origin of ["person", "generated"] as const) {
      expect(said(backlog, origin)).toEqual([
        'error: field setup: "npm ci)" is not a shell command: unbalanced parenthesis',
        'error: field verify: "echo \\"a" is not a shell command: unclosed quote',
        'error: task A field acceptance: "npm test \'x" is not a shell command: unclosed quote',
        'error: task A field acceptance: "node --test (" is not a shell command: unbalanced parenthesis',
      ]);
    }
  });
});

describe("a check that cannot fail", () => {
  test("is refused in a draft, and a person is told that the task is unproven", () => {
    expect(said(backlogWith(["true"]), "generated")).toEqual([
      'error: task A field acceptance: "true" passes whatever the task does, so it proves nothing (write a command that fails until the work is done)',
    ]);
    const checked = checkAcceptance(backlogWith(["echo ok", "npm test | tail -1"]), "person");
    expect(checked.findings.map((finding) => finding.severity)).toEqual(["warning", "warning"]);
    expect(checked.findings[1]?.suggestion).toContain("pipefail");
    expect([...checked.unprovenTasks]).toEqual(["A"]);
  });

  test("does not leave a task unproven that has another check, nor one without any", () => {
    expect(checkAcceptance(backlogWith(["echo ok", "npm test"]), "person").unprovenTasks.size).toBe(0);
    expect(checkAcceptance(backlogWith([]), "person").unprovenTasks.size).toBe(0);
  });

  test("in verify is a person's, also beside a draft", () => {
    expect(said(backlogWith([], { verify: ["true"] }), "generated")).toEqual([
      expect.stringContaining("warning: field verify"),
    ]);
  });
});

describe("each program exists", () => {
  const facts = makeFacts({ "scripts/check.sh": 10, "package.json": 10 });

  test.each([
    ["pytst -q", "needs `pytst`, which is not on the PATH"],
    ["npm test && pytst", "needs `pytst`"],
    ["timeout 5 npm test", "needs `timeout`"],
    ["node a.js | jqq .", "needs `jqq`"],
    ["sh -c 'pytst'", "needs `sh`"],
    ["./scripts/chek.sh", "needs `scripts/chek.sh`, which does not exist"],
    ["npm run buid", 'needs the script "buid", which package.json does not have (did you mean build?)'],
    ["pnpm run x", 'needs the script "x"'],
  ])("%s", (line, message) => {
    expect(said(backlogWith([line]), "person", facts)).toEqual([
      ...(line.startsWith("pnpm") ? [expect.stringContaining("needs `pnpm`")] : []),
      ...(line.startsWith("sh -c")
        ? [expect.stringContaining(message), expect.stringContaining("`pytst`")]
        : [expect.stringContaining(message)]),
    ]);
    expect(said(backlogWith([line]), "person")).toEqual([]);
  });

  test.each([
    "npm test",
    "npm --silent run build -- --watch",
    "npm run lint --if-present",
    "npm -w app run lint",
    "./scripts/check.sh && cd x && ./y.sh",
    "command -v pytst && pytst",
    "pytst || npm test",
    "if pytst; then npm test; fi",
    ". venv/bin/activate && pytst",
    "PATH=$PWD/bin:$PATH pytst",
    "$RUNNER test",
    "[ -f a ] && test -f b && ! grep x y",
    "f() { pytst; }; f",
    "node_modules/.bin/tsc",
    "src/A.ts --check",
  ])("%s is taken as it is", (line) => {
    const ignoring = { ...facts, isIgnored: (path: string) => path.startsWith("node_modules/") };
    expect(said(backlogWith([line]), "person", ignoring)).toEqual([]);
  });

  test("or may come with setup: then it is a warning only", () => {
    expect(said(backlogWith(["pytst"], { setup: ["npm ci"] }), "person", facts)[0]).toStartWith("warning: ");
    expect(said(backlogWith(["pytst"]), "person", { ...facts, setup: ["npm ci"] })[0]).toStartWith("warning: ");
    expect(said(backlogWith([], { setup: ["pytst"] }), "person", facts)[0]).toStartWith("error: field setup");
  });

  test("a script may be the work of a task that writes package.json", () => {
    const adding = makeBacklog([makeTask({ id: "A", files: ["*.json"], acceptance: [{ run: "npm run new" }] })]);
    expect(said(adding, "person", facts)).toEqual([]);
  });

  test("a task that is complete is not asked for programs again", () => {
    const done = makeBacklog([makeTask({ id: "A", status: "complete", acceptance: [{ run: "pytst" }] })]);
    expect(said(done, "person", facts)).toEqual([]);
  });

  test("nothing is said about ordinary checks where their programs are installed", () => {
    const everything = makeFacts({}, { hasProgram: () => true, scripts: undefined, isIgnored: () => true });
    expect(said(backlogWith(ORDINARY_CHECKS), "generated", everything)).toEqual([]);
  });
});

test("what is not understood is taken as good", () => {
  expect(said(backlogWith(["case x in x) true;; esac", "((", "a=(1 2)"]), "generated", makeFacts({}))).toEqual([]);
});
