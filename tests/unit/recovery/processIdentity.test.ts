import { describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseLinuxStat } from "../../../src/core/linuxProcess.ts";
import { currentProcessIdentity, isCertainlyDead } from "../../../src/recovery/processIdentity.ts";

const self = await currentProcessIdentity();

async function pidOfEndedProcess(): Promise<number> {
  const child = spawn("true");
  await once(child, "exit");
  return child.pid ?? 0;
}

describe("isCertainlyDead", () => {
  test("this process is alive and known in full", async () => {
    expect(self.pid).toBe(process.pid);
    expect(self.startTime).not.toBe("");
    expect(self.bootId).not.toBe("");
    expect(await isCertainlyDead(self, self)).toBe(false);
  });

  test("a process that ended, or whose id another one has now, is dead", async () => {
    expect(await isCertainlyDead({ ...self, pid: await pidOfEndedProcess() }, self)).toBe(true);
    expect(await isCertainlyDead({ ...self, startTime: "1" }, self)).toBe(true);
  });

  test("before the machine's last start: dead on this host, unknown on another", async () => {
    expect(await isCertainlyDead({ ...self, bootId: "earlier" }, self)).toBe(true);
    expect(await isCertainlyDead({ ...self, bootId: "earlier", host: "elsewhere" }, self)).toBe(false);
  });

  test("what cannot be seen or told from here counts as alive", async () => {
    const pid = await pidOfEndedProcess();
    expect(await isCertainlyDead({ ...self, pid, pidNamespace: "pid:[1]" }, self)).toBe(false);
    expect(await isCertainlyDead({ ...self, pid, bootId: "" }, self)).toBe(false);
    expect(await isCertainlyDead({ ...self, startTime: "" }, self)).toBe(false);
  });
});

describe("parseLinuxStat", () => {
  const fields = Array.from({ length: 18 }, (_, index) => index + 4).join(" ");

  test("counts fields from the end of the program's name, whatever it holds", () => {
    expect(parseLinuxStat(`12 (a) b (c) S ${fields} 4242 23`)).toEqual({ kind: "running", startTime: "4242" });
  });

  test("a zombie is no process any more; what it cannot read is unknown", () => {
    expect(parseLinuxStat(`12 (x) Z ${fields} 4242 23`)).toEqual({ kind: "none" });
    expect(parseLinuxStat("")).toEqual({ kind: "unknown" });
  });
});
