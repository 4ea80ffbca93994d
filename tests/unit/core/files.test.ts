import { expect, test } from "bun:test";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeUnfinished } from "../../../src/core/files.ts";

test("what a killed writer left beside a file goes; what a living one writes, and anything else, stays", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mac-files-"));
  try {
    const ended = Bun.spawn(["true"]);
    await ended.exited;
    const left = `BACKLOG.yaml.${ended.pid}-0123abcd.tmp`;
    const others = ["BACKLOG.yaml", `BACKLOG.yaml.${process.pid}-0123abcd.tmp`, "BACKLOG.yaml.old.tmp", `my.${left}`];
    for (const name of [left, ...others]) await writeFile(join(folder, name), "");

    await removeUnfinished(join(folder, "BACKLOG.yaml"));

    expect((await readdir(folder)).sort()).toEqual([...others].sort());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
