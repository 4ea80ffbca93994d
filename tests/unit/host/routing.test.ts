import { expect, test } from "bun:test";
import { parseCommandLine } from "../../../src/host/commandLine.ts";
import { commandLineFor, isOpencodeRun, routeRunMessage } from "../../../src/host/routing.ts";

/** As a compiled OpenCode sees its arguments. */
const argv = (...words: readonly string[]) => ["bun", "/$bunfs/root/src/index.js", ...words];

const routed = (words: readonly string[], text: string, files: readonly string[] = []) =>
  routeRunMessage({ argv: argv(...words), text, files });

test.each([
  { typed: ["run", "plan"], text: "plan", line: "plan" },
  {
    typed: ["run", "plan", "--", "--context_file=x.md"],
    text: "plan --context_file=x.md",
    line: "plan --context_file=x.md",
  },
  { typed: ["run", "plan", "--", "Greet", "people"], text: "plan Greet people", line: "plan Greet people" },
  { typed: ["run", "plan --context_file=x.md"], text: '"plan --context_file=x.md"', line: "plan --context_file=x.md" },
  { typed: ["run", "plan --help"], text: '"plan --help"', line: "plan --help" },
  { typed: ["run", "plan -f x.md"], text: '"plan -f x.md"', line: "plan -f x.md" },
  {
    typed: ["run", "plan"],
    text: "plan\nGreet people\nin two languages\n",
    line: "plan\nGreet people\nin two languages",
  },
  { typed: ["--print-logs", "run", "plan"], text: "plan", line: "plan" },
  { typed: ["--log-level", "DEBUG", "run", "plan"], text: "plan", line: "plan" },
  {
    typed: ["run", "--model", "a/b", "implement", "--", "--workers=2"],
    text: "implement --workers=2",
    line: "implement --workers=2",
  },
  { typed: ["run", "backlog", "--", "--dry_run"], text: "backlog --dry_run", line: "backlog --dry_run" },
])("opencode $typed is ours", ({ typed, text, line }) => {
  expect(routed(typed, text)).toBe(line);
});

test.each([
  { typed: ["run", "plan", "a", "trip"], text: "plan a trip" },
  { typed: ["run", "plan a trip"], text: '"plan a trip"' },
  { typed: ["run", "implement the parser -- carefully"], text: '"implement the parser -- carefully"' },
  { typed: ["run", "planning"], text: "planning" },
  { typed: ["run", "Plan"], text: "Plan" },
  { typed: ["run", "what", "is", "plan"], text: "what is plan" },
  { typed: ["run"], text: "" },
  { typed: [], text: "plan" },
  { typed: ["serve"], text: "plan --context_file=x.md" },
  { typed: ["serve", "--hostname", "run"], text: "plan" },
  { typed: ["--log-level", "run"], text: "plan" },
  { typed: ["/home/ada/run"], text: "implement" },
])("opencode $typed is a chat", ({ typed, text }) => {
  expect(routed(typed, text)).toBeUndefined();
});

test("a file attached with -f is the context file, whatever its name", () => {
  const file = '/tmp/a "b" c\\d.md';
  const line = routed(["run", "plan", "-f", file], "plan", [file]) ?? "";
  expect(parseCommandLine(line)).toMatchObject({ ok: true, value: { verb: "plan", flags: { context_file: file } } });
});

test("the arguments of a slash command and of --command are the flags and the text", () => {
  expect(commandLineFor("plan", "", [])).toBe("plan");
  expect(commandLineFor("plan", " --agents=2 Greet ", [])).toBe("plan --agents=2 Greet");
  expect(commandLineFor("plan", '"--context_file=a b.md"', [])).toBe("plan --context_file=a b.md");
  expect(commandLineFor("plan", '"Greet people"', [])).toBe('plan "Greet people"');
  expect(commandLineFor("plan", "", ["/r/x.md"])).toBe('plan --context_file="/r/x.md"');
});

test("only the first word that is neither an option nor its value says what OpenCode was started for", () => {
  expect(isOpencodeRun(argv("run", "x"))).toBe(true);
  expect(isOpencodeRun(argv("--print-logs", "--log-level", "INFO", "run"))).toBe(true);
  expect(isOpencodeRun(argv("serve", "run"))).toBe(false);
  expect(isOpencodeRun(argv())).toBe(false);
});
