import { expect, test } from "bun:test";
import { alwaysPasses } from "../../../../src/backlog/shell/alwaysPasses.ts";
import { ORDINARY_CHECKS, understood } from "./support.ts";

test.each([
  "true",
  ":",
  "echo done",
  "echo 'all tests pass' > /dev/null",
  "exit 0",
  "pwd",
  "ls",
  "ls -la .",
  "test 1",
  "[ 1 ]",
  "[ 1 -eq 1 ]",
  '[[ "a" == "a" ]]',
  "test -d .",
  "! false",
  "npm test || true",
  "npm test || echo failed",
  "npm test; true",
  "npm test; exit 0",
  "npm test; echo $?",
  "npm test | tail -20",
  "npm test 2>&1 | tee log.txt",
  "npm test | head -n 5",
  "npm test &",
  "true && echo ok",
  "(npm test; true)",
  "{ npm test || :; }",
  "sh -c 'echo hi'",
  "bash -c 'npm test; true'",
  "env A=1 true",
  "timeout 5 sleep 1",
  "sleep 1",
  "printf 'ok\\n'",
  "cat",
  "git status",
  "git diff",
  "git log --oneline",
  "node --version",
  "cargo --version",
  "find .",
  "X=1",
  "echo a\necho b",
  "npm test\n# done\ntrue\n",
])("%s can never fail", (line) => {
  expect(alwaysPasses(understood(line))).toBe(true);
});

test("ordinary checks can fail", () => {
  expect(ORDINARY_CHECKS.filter((line) => alwaysPasses(understood(line)))).toEqual([]);
});

test.each([
  "false",
  "exit 1",
  "! true",
  "true && npm test",
  "false || npm test",
  "npm test && echo ok",
  "npm test && true",
  "npm test || exit 1; true",
  "set -e; npm test; echo ok",
  "bash -ec 'npm test; echo ok'",
  "bash -o pipefail -c 'npm test | cat'",
  "trap 'exit 1' ERR; npm test; true",
  "echo a | grep b",
  "cat < missing",
  "cat missing",
  "ls missing",
  'test -n "$X"',
  "x=$(npm test)",
  "$COMMAND",
  "if npm test; then true; else exit 1; fi",
  "echo x; exit $STATUS",
])("%s may fail", (line) => {
  expect(alwaysPasses(understood(line))).toBe(false);
});
