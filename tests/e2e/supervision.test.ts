import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile, realpath } from "node:fs/promises";
import { basename, join } from "node:path";
import { stringify } from "yaml";
import { runProcess } from "../../src/core/shell.ts";
import { stateDirectoryFor } from "../../src/core/stateDirectory.ts";
import { readArtifacts } from "../../src/recovery/artifacts/artifactLineage.ts";
import { listRuns } from "../../src/recovery/runStore.ts";
import { PROJECT_ROOT } from "../support/hermeticHome.ts";
import { call, text, tools } from "../support/modelReply.ts";
import { type ModelRequest, toolResults } from "../support/modelRequest.ts";
import { pipelineHandler } from "../support/pipelineScript.ts";
import { makeScene, type Scene } from "../support/scene.ts";
import { statuses } from "../support/words.ts";

setDefaultTimeout(180_000);

const BACKLOG = stringify({
  version: 1,
  track_id: "sums",
  title: "Sums",
  verify: ["true"],
  tasks: [
    {
      id: "T001",
      title: "Write the sum",
      description: "Write 4 into sum.txt.",
      files: ["sum.txt"],
      acceptance: [{ run: "echo checking; grep -qx 4 sum.txt || { echo 'sum.txt:1: expected 4'; exit 1; }" }],
    },
    {
      id: "T002",
      title: "Write the other",
      description: "Write other.txt.",
      files: ["owned.txt"],
      depends_on: ["T001"],
    },
  ],
});

/** What a tool answered to its latest call. */
const answer = (request: ModelRequest, tool: string) =>
  toolResults(request).findLast((result) => result.tool === tool)?.output ?? "";

test("a write outside the scope is refused before it happens, and more scope is granted where nobody else owns it", async () => {
  const said: string[] = [];
  await using scene = await makeScene({
    files: { "tasks/BACKLOG.yaml": BACKLOG },
    model: pipelineHandler({
      worker(task, request) {
        if (task === "T002") return writesOnce(request, "owned.txt", "x\n");
        const steps = toolResults(request).length;
        if (steps === 0) return tools(call("write", { filePath: "stray.txt", content: "stray" }));
        if (steps === 1) {
          said.push(answer(request, "write"));
          return tools(call("mac_amend_scope", { paths: ["owned.txt"], reason: "I want it" }));
        }
        if (steps === 2) {
          said.push(answer(request, "mac_amend_scope"));
          return tools(call("mac_amend_scope", { paths: ["extra.txt"], reason: "the sum is explained there" }));
        }
        if (steps === 3) {
          said.push(answer(request, "mac_amend_scope"));
          return tools(
            call("write", { filePath: "extra.txt", content: "why\n" }),
            call("write", { filePath: "sum.txt", content: "4\n" }),
          );
        }
        return text("Done.");
      },
    }),
  });

  const { exitCode, stdout, stderr } = await scene.opencode("run", "implement");

  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(said[0]).toMatch(/Refused: stray\.txt .*sum\.txt.*mac_amend_scope/);
  expect(said[1]).toMatch(/Not granted: owned\.txt belongs to T002/);
  expect(said[2]).toStartWith("Granted");
  const files = await scene.repository.git("ls-tree", "--name-only", "mac/sums");
  expect(files.split("\n")).toEqual(["extra.txt", "owned.txt", "sum.txt", "tasks"]);
  expect(stderr).toContain("may write extra.txt");
  expect(stdout).toContain("1 proven, 1 unproven: T002");
  const calls = await callsOf("T001", scene);
  expect(calls.slice(0, 3)).toEqual([
    ["write", "refused", "stray.txt"],
    ["mac_amend_scope", "ok", ""],
    ["mac_amend_scope", "ok", ""],
  ]);
  // Asked for at once, they end in either order.
  expect(calls.slice(3).toSorted()).toEqual([
    ["write", "ok", "extra.txt"],
    ["write", "ok", "sum.txt"],
  ]);
  const replay = await runProcess("node", [join(PROJECT_ROOT, "dist/cli.js"), "replay", "--again"], {
    ...{ cwd: scene.repository.path, env: scene.home.env, timeoutMs: 60_000 },
  });
  expect(replay).toMatchObject({ end: { exitCode: 0 }, stdout: expect.stringContaining("driven again") });
});

/** What its agents did, as the run's artifacts tell it: tool, outcome, first path's last name. */
async function callsOf(task: string, { home, repository }: Scene): Promise<unknown[]> {
  const commonDir = await realpath(join(repository.path, ".git"));
  const state = stateDirectoryFor(commonDir, home.env);
  const [run = ""] = await listRuns(state.runs);
  const artifacts = await readArtifacts(state.runArtifacts(run));
  if (!artifacts.ok) throw new Error(artifacts.failure);
  return artifacts.value.flatMap(({ call, producer }) =>
    call === undefined || producer.task !== task ? [] : [[call.tool, call.outcome, basename(call.paths[0] ?? "")]],
  );
}

test("what fails goes back to the same session, and the work is proven by what failed before", async () => {
  const corrections: string[] = [];
  const sessions = new Set<unknown>();
  await using scene = await makeScene({
    files: { "tasks/BACKLOG.yaml": BACKLOG.replace(/ {2}- id: T002[\s\S]*$/, "") },
    model: pipelineHandler({
      worker(_, request) {
        sessions.add(request.headers["x-session-id"]);
        const asked = request.body.messages.filter((message) => message.role === "user");
        const writes = toolResults(request).filter((result) => result.tool === "write").length;
        if (asked.length === 1) return writesOnce(request, "sum.txt", "5\n");
        corrections.push(JSON.stringify(asked.at(-1)?.content));
        return writes > 1 ? text("Mended.") : tools(call("write", { filePath: "sum.txt", content: "4\n" }));
      },
    }),
  });

  const { exitCode, stdout, stderr } = await scene.opencode("run", "implement");

  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(corrections[0]).toContain("sum.txt:1: expected 4");
  expect(Buffer.byteLength(corrections[0] ?? "")).toBeLessThanOrEqual(3_300);
  expect(sessions.size).toBe(1);
  expect(await readFile(join(scene.repository.path, "sum.txt"), "utf8")).toBe("4\n");
  expect(await statuses(scene.repository)).toEqual({ T001: "complete" });
  expect(stdout).toContain("All of them proven.");
});

function writesOnce(request: ModelRequest, filePath: string, content: string) {
  if (toolResults(request).length > 0) return text("Done.");
  return tools(call("write", { filePath, content }));
}
