import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { passed, runProcess } from "../src/core/shell.ts";
import { askedRole, sessionOf } from "../tests/support/modelRequest.ts";
import { DemoFailure, type DemoStage } from "./stage.ts";

const PLAN = "tasks/PLAN.md";
const BACKLOG = "tasks/BACKLOG.yaml";

/** Shows what the run made, and fails if any of it is not what was promised. */
export async function printResult(stage: DemoStage, durationMs: number): Promise<void> {
  const { git, path } = stage.repository;
  for (const file of [PLAN, BACKLOG]) {
    if (!existsSync(join(path, file))) throw new DemoFailure(`${file} was not written.`);
  }
  const { track_id: trackId, tasks } = await readBacklog(join(path, BACKLOG));
  const branch = `mac/${trackId}`;

  console.log(`\nThe branch ${branch}, first parents`);
  console.log(indent(await git("log", "--oneline", "--no-decorate", "--first-parent", branch)));

  console.log("\nIts own tests, in a fresh clone of it");
  console.log(indent(await testBranch(stage, branch)));

  console.log(`\nThe plan     ${PLAN}`);
  console.log(`The backlog  ${BACKLOG}`);
  console.log(`Tasks        ${tasks.length} complete, at most ${workersAtOnce(stage)} agents at work at once`);
  console.log(
    `Tokens       ${stage.server.tokens.toLocaleString("en-US")} in ${stage.server.requests.length} requests`,
  );
  console.log(`Time         ${Math.round(durationMs / 1000)} s`);
}

/** The backlog, once every task of it is complete. */
async function readBacklog(path: string) {
  const backlog = parse(await readFile(path, "utf8")) as {
    track_id: string;
    tasks: readonly { id: string; status: string }[];
  };
  const open = backlog.tasks.filter((task) => task.status !== "complete");
  if (open.length > 0) throw new DemoFailure(`not complete: ${open.map((task) => task.id).join(", ")}.`);
  return backlog;
}

async function testBranch(stage: DemoStage, branch: string): Promise<string> {
  const clone = join(stage.home.path, "clone");
  await stage.repository.git("clone", "--quiet", "--branch", branch, stage.repository.path, clone);
  const outcome = await runProcess("bun", ["test"], { cwd: clone, env: stage.home.env, timeoutMs: 30_000 });
  const summary = outcome.stderr.trimEnd();
  if (!passed(outcome)) throw new DemoFailure(`the tests of ${branch} fail:\n${summary}`);
  return summary.split("\n").slice(-4).join("\n");
}

function workersAtOnce(stage: DemoStage): number {
  return stage.server.maxConcurrent((request) => (askedRole(request) === "worker" ? sessionOf(request) : undefined));
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
