import { describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

async function stopped(mode: "exit" | "stay", signal: NodeJS.Signals) {
  const script = join(import.meta.dir, "stoppableProcess.ts");
  const child = spawn(process.execPath, [script, mode], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === "ready") child.kill(signal);
  }
  const [code, killedBy] = await exited;
  return { lines, code, killedBy };
}

describe("a real process", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("asked by %s saves and exits 130", async (signal) => {
    expect(await stopped("exit", signal)).toEqual({
      lines: ["ready", "saved, aborted: true"],
      code: 130,
      killedBy: null,
    });
  });

  test("whose run may not exit keeps the signal's own meaning", async () => {
    expect(await stopped("stay", "SIGTERM")).toEqual({ lines: ["ready"], code: null, killedBy: "SIGTERM" });
  });
});
