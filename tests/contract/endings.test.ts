import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { text } from "../support/modelReply.ts";
import { lastLine, makeScene, type Scene } from "../support/scene.ts";

// OpenCode reads the words of a model's error and tries again, or compacts the session, when they sound like it.
// A command's reason may hold any words: it has to end the command all the same, once and at once (src/host/endingError.ts).
setDefaultTimeout(60_000);

/** OpenCode's own wait before its first retry; ours must not take one. */
const FIRST_WAIT_MS = 2_000;

let scene: Scene;

beforeAll(async () => {
  scene = await makeScene({ model: () => text("nobody asked"), files: { "README.md": "A repository.\n" } });
});

afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

test.each([
  "rate limit reached, 503 service unavailable",
  "prompt is too long: maximum context length is 8192 tokens",
  "the budget of 5000 tokens is used up, rate limit",
])("a command whose reason says '%s' ends with it, without waiting", async (words) => {
  const outcome = await scene.opencode("run", "--print-logs", "backlog", "--", `--plan_file=${words}`);

  expect(outcome.exitCode).toBe(1);
  expect(reason(outcome.stderr)).toContain(`${words}: there is no such file`);
  const calls = [...outcome.stderr.matchAll(/^timestamp=(\S+) .*message=stream providerID=multi-agent-coder /gm)];
  const times = calls.map((call) => Date.parse(call[1] ?? ""));
  expect(times.length).toBeGreaterThan(1);
  for (const [index, time] of times.slice(2).entries())
    expect(time - (times[index + 1] ?? 0)).toBeLessThan(FIRST_WAIT_MS);
  expect(scene.server.requests).toEqual([]);
});

/** The last line that is not OpenCode's log. */
function reason(stderr: string): string {
  return lastLine(stderr.replace(/^timestamp=.*$/gm, "")).replaceAll("\u2060", "");
}
