import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { refuseToReplaceOthers, replaceFile } from "../../../src/commands/replacedFile.ts";
import { Refusal } from "../../../src/core/refusal.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "replaced-file-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function target(name: string) {
  const isOfKind = (text: string) => text.startsWith("plan");
  return { path: join(folder, name), shown: name, kind: "a plan", isOfKind, isDefault: false };
}

test("what is replaced is kept byte for byte, text or not", async () => {
  const before = Buffer.from([0x70, 0xff, 0x00, 0xc3, 0x28]);
  await writeFile(join(folder, "old.md"), before);
  const surroundings = {
    user: { commonDir: join(folder, ".git") } as Parameters<typeof replaceFile>[2]["user"],
    environment: { XDG_DATA_HOME: join(folder, "data") },
    clock: { now: () => 0 },
  };
  const said = await replaceFile(target("old.md"), "plan\n", surroundings);
  const kept = said?.split(" is kept as ")[1] ?? "";
  expect(await readFile(kept)).toEqual(before);
  expect(await readFile(join(folder, "old.md"), "utf8")).toBe("plan\n");
  expect(await replaceFile(target("old.md"), "plan\n", surroundings)).toBeUndefined();
});

test("a folder, a file of somebody else's and a huge one are refused by name, in one line", async () => {
  await mkdir(join(folder, "docs"));
  await writeFile(join(folder, "README.md"), "# Mine\n");
  await writeFile(join(folder, "plan.bin"), Buffer.alloc(16 * 2 ** 20 + 1));
  for (const name of ["docs", "README.md", "plan.bin"]) {
    const outcome = await refuseToReplaceOthers(target(name)).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(Refusal);
    expect(String(outcome)).toContain(name);
    expect(String(outcome)).not.toContain("\n");
  }
  expect(await refuseToReplaceOthers(target("new.md"))).toBeUndefined();
});
