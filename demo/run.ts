import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "../src/core/refusal.ts";
import { printResult } from "./result.ts";
import { DemoFailure, DemoStage } from "./stage.ts";

const HELP = `Usage: npm run demo [-- --keep]

Takes a small TypeScript library from a feature request to a tested branch: plan, backlog and implement run in the
real OpenCode, with a scripted model that needs no key and no network. Nothing outside a temporary folder is touched.

  --keep   keeps the folder, to look around in it
`;

const COMMANDS = [
  ["run", "plan", "--", "--context_file=feature.md"],
  ["run", "backlog"],
  ["run", "implement"],
] as const;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { keep: { type: "boolean" }, help: { type: "boolean" } } });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  console.log("A small TypeScript library, a feature request in feature.md, and a scripted model: no key, no network.");
  const folder = await mkdtemp(join(tmpdir(), "mac-demo-"));
  try {
    return await play(folder);
  } catch (error) {
    console.error(`\ndemo: ${error instanceof DemoFailure ? error.message : `unexpected: ${messageOf(error)}`}`);
    return 1;
  } finally {
    if (values.keep) console.log(`\nKept: ${folder}`);
    else await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function play(folder: string): Promise<number> {
  const startedAt = performance.now();
  const stage = await DemoStage.open(folder);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stage.interrupt());
  try {
    await stage.configure();
    for (const args of COMMANDS) await stage.opencode(args);
    await printResult(stage, performance.now() - startedAt);
    return 0;
  } catch (error) {
    if (!stage.interrupted) throw error;
    console.error("\ndemo: interrupted.");
    return 130;
  } finally {
    await stage.close();
  }
}
