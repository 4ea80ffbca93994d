import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArtifactLineage, readArtifacts } from "../../../src/recovery/artifacts/artifactLineage.ts";
import { ARTIFACT_BYTES, ArtifactStore } from "../../../src/recovery/artifacts/artifactStore.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mac-artifacts-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const files = () => readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.length > 2);
const fileOf = (id: string) => join(folder, id.slice(0, 2), id.slice(2));

describe("ArtifactStore", () => {
  test("keeps content under its sha-256, the same content once", async () => {
    const store = new ArtifactStore(folder);
    const [first, second] = await Promise.all([store.put("what it said\n"), store.put("what it said\n")]);
    expect(first).toEqual({
      id: createHash("sha256").update("what it said\n").digest("hex"),
      bytes: 13,
      cut: false,
    });
    expect(second).toEqual(first);
    expect(files()).toEqual([join(first.id.slice(0, 2), first.id.slice(2))]);
    expect(await store.read(first.id)).toEqual({ ok: true, value: "what it said\n" });
  });

  test("cuts what is too long at a whole character, and says so", async () => {
    const { id, bytes, cut } = await new ArtifactStore(folder).put(`${"a".repeat(ARTIFACT_BYTES - 1)}é`);
    expect({ bytes, cut }).toEqual({ bytes: ARTIFACT_BYTES - 1, cut: true });
    expect(readFileSync(fileOf(id))).toHaveLength(ARTIFACT_BYTES - 1);
  });

  test("sees a half-written file and a missing one by their hash, and mends them when the content comes again", async () => {
    const store = new ArtifactStore(folder);
    const { id } = await store.put("all of it");
    writeFileSync(fileOf(id), "all o");
    expect(await store.read(id)).toMatchObject({
      ok: false,
      failure: { reason: "damaged", id, message: expect.stringContaining(fileOf(id)) },
    });
    rmSync(fileOf(id));
    expect(await store.read(id)).toMatchObject({ ok: false, failure: { reason: "missing" } });
    writeFileSync(fileOf(id), "all o");
    await store.put("all of it");
    expect(await store.read(id)).toEqual({ ok: true, value: "all of it" });
  });

  test("two processes that keep the same and different content at once leave whole files only", async () => {
    const program = `
      const { ArtifactStore } = await import(${JSON.stringify(join(import.meta.dir, "../../../src/recovery/artifacts/artifactStore.ts"))});
      const store = new ArtifactStore(process.argv[1]);
      for (let n = 0; n < 60; n++) await store.put("shared " + n + "x".repeat(20_000));
      for (let n = 0; n < 20; n++) await store.put(process.argv[2] + n);
    `;
    const children = ["one", "two"].map((name) =>
      Bun.spawn([process.execPath, "-e", program, folder, name], { stderr: "inherit" }),
    );
    expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0]);
    const kept = files();
    expect(kept).toHaveLength(60 + 2 * 20);
    const store = new ArtifactStore(folder);
    for (const name of kept) expect(await store.read(name.replace("/", ""))).toMatchObject({ ok: true });
  });
});

describe("ArtifactLineage", () => {
  const options = { clock: { now: () => 7 }, epoch: 1, assertOwned: () => Promise.resolve() };
  const artifact = {
    ...({ version: 1, id: "a".repeat(64), bytes: 3, at: 5, kind: "answer" } as const),
    schema: { name: "text", version: "1" },
    producer: { role: "worker", task: "T001", attempt: 1 },
    consumes: ["b".repeat(64)],
  };

  test("keeps artifacts in order over openings; damage before the end is told with the file", async () => {
    const path = join(folder, "artifacts.jsonl");
    for (const bytes of [3, 4]) {
      const opened = await ArtifactLineage.open(path, options);
      if (!opened.ok) throw new Error(opened.failure.message);
      await opened.value.lineage.append({ ...artifact, bytes });
      await opened.value.lineage.close();
    }
    expect(await readArtifacts(path)).toEqual({ ok: true, value: [{ ...artifact }, { ...artifact, bytes: 4 }] });

    writeFileSync(path, readFileSync(path, "utf8").replace("T001", "T002"));
    expect(await readArtifacts(path)).toMatchObject({ ok: false, failure: expect.stringContaining("line 1") });
    expect(await readArtifacts(join(folder, "none.jsonl"))).toEqual({ ok: true, value: [] });
  });
});
