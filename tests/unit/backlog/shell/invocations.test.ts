import { expect, test } from "bun:test";
import { alwaysPasses } from "../../../../src/backlog/shell/alwaysPasses.ts";
import { destructionIn } from "../../../../src/backlog/shell/destructiveCommands.ts";
import { invocationsOf } from "../../../../src/backlog/shell/invocations.ts";
import { parseCommandLine } from "../../../../src/backlog/shell/parseCommandLine.ts";

function programsOf(line: string): readonly string[] {
  return invocationsOf(parseCommandLine(line) ?? []).map(({ program }) => program.text);
}

test("wrappers are taken off, one inside the other, with their options", () => {
  expect(programsOf("env -u A B=1 timeout -k 5 60 nice -n 3 pytest -q")).toEqual(["pytest"]);
  expect(programsOf("command -v node && env")).toEqual(["command", "env"]);
  expect(programsOf("eval eval 'rm -rf' x")).toEqual(["eval", "eval", "rm"]);
});

test("what only repeats itself is read at once, and never to the end of the stack", () => {
  const startedAt = performance.now();
  for (const piece of ["eval ", "env ", "command eval ", "sh -c ", "! ", "$(", "(", "a && "]) {
    const list = parseCommandLine(`${piece.repeat(60_000 / piece.length)}true`);
    if (list === undefined) continue;
    alwaysPasses(list);
    destructionIn(list, "check");
  }
  expect(performance.now() - startedAt).toBeLessThan(3_000);
});
