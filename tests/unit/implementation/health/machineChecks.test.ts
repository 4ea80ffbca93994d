import { expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machineChecks } from "../../../../src/implementation/health/machineChecks.ts";
import type { ResourceReading } from "../../../../src/monitoring/resourceState.ts";
import { checkInstruments } from "../../../../src/verification/instrumentationChecker.ts";

async function lookAt(reading: Partial<ResourceReading>) {
  const folder = await mkdtemp(join(tmpdir(), "mac-machine-"));
  const read = async () => ({ cpu: 0, memory: 0.1, diskFree: 5e9, ...reading });
  const findings = await checkInstruments(machineChecks({ folder, read }), new AbortController().signal);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
  return findings.map(({ name, result, says }) => `${name} ${result}: ${says.replace(` (${folder})`, "")}`);
}

test.each([
  [5_000_000_000, "disk ok: 5.0 GB free where work trees are"],
  [1_000_000_000, "disk ok: 1.0 GB free where work trees are"],
  [999_999_999, "disk warning: only 999 MB free where work trees are"],
  [200_000_000, "disk warning: only 200 MB free where work trees are"],
  [199_999_999, "disk failed: only 199 MB free where work trees are"],
  [Number.NaN, "disk warning: free space cannot be read"],
  [undefined, "disk warning: free space cannot be read"],
])("with %p bytes free", async (diskFree, says) => {
  expect(await lookAt({ diskFree })).toEqual([says, "memory ok: 10 % in use"]);
});

test.each([
  [0.85, "memory ok: 85 % in use"],
  [0.91, "memory warning: 91 % in use: tasks are worked on one at a time"],
  [undefined, "memory warning: its use cannot be read"],
])("with %p of the memory in use", async (memory, says) => {
  expect((await lookAt({ memory }))[1]).toBe(says);
});
