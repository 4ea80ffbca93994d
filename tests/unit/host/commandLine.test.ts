import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseCommandLine } from "../../../src/host/commandLine.ts";

function parsed(line: string) {
  const result = parseCommandLine(line);
  if (!result.ok) throw new Error(result.failure);
  return result.value;
}

function refused(line: string): string {
  const result = parseCommandLine(line);
  if (result.ok) throw new Error(`accepted: ${JSON.stringify(result.value)}`);
  return result.failure;
}

test.each([
  ["plan", {}, ""],
  ["plan --context_file=feature.md", { context_file: "feature.md" }, ""],
  ["plan --context_file feature.md --agents 5", { context_file: "feature.md", agents: 5 }, ""],
  ["plan -f feature.md", { context_file: "feature.md" }, ""],
  ["plan -f=feature.md", { context_file: "feature.md" }, ""],
  ['plan --context_file="a b.md"', { context_file: "a b.md" }, ""],
  ["plan --agents=1 -- Add a --dark mode", { agents: 1 }, "Add a --dark mode"],
  ["plan Greet people\n  in two languages ", {}, "Greet people\n  in two languages"],
  ["implement --dry_run --workers=2", { dry_run: true, workers: 2 }, ""],
  ["implement --dry_run=false --allow_red_base=true", { dry_run: false, allow_red_base: true }, ""],
  ["plan --research=off", { research: false }, ""],
  ["plan --research=on Greet", { research: true }, "Greet"],
  ["backlog --dry_run=yes", { dry_run: true }, ""],
  ["backlog --dry_run=no", { dry_run: false }, ""],
])("%j is read", (line, flags, text) => {
  expect(parsed(line)).toMatchObject({ verb: line.split(" ")[0], flags, text, help: false });
});

test.each(["plan --help", "plan -h", "implement --workers=2 --help"])("%j asks for help", (line) => {
  expect(parsed(line).help).toBe(true);
});

test.each([
  ["deploy", ["deploy", "plan, backlog, implement"]],
  ["", ["plan"]],
  ["plan --contextfile=x", ["--contextfile", "--context_file"]],
  ["plan --context_file", ["--context_file needs a value"]],
  ["plan --context_file --agents=3", ["--context_file needs a value"]],
  ["plan --context_file=", ["--context_file needs a value"]],
  ["plan --agents=0", ["--agents", "1 to 9", "'0'"]],
  ["plan --agents=3.5", ["whole number", "'3.5'"]],
  ["plan --agents=10", ["1 to 9"]],
  ["plan --agents=3 --agents=4", ["--agents", "twice"]],
  ["implement --dry_run=maybe", ["--dry_run", "switch", "on, yes, true, off, no, false", "'maybe'"]],
  ["backlog --draft=planner", ["--draft", "model or plan", "'planner'"]],
  ["implement some text", ["some text"]],
  ["plan --constructor=x", ["--constructor"]],
  ["plan --__proto__=x", ["__proto__"]],
  ["plan --output=a\0b", ["NUL"]],
])("%j is refused in one line that says why", (line, said) => {
  const message = refused(line);
  expect(message).not.toContain("\n");
  for (const part of said) expect(message).toContain(part);
});

test("whatever is typed is read or refused in one short line", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const result = parseCommandLine(`plan --${text}`);
      if (!result.ok) expect(result.failure.split("\n")[0]?.length ?? 0).toBeLessThan(300);
    }),
  );
});
