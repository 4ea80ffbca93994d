import { expect, test } from "bun:test";
import type { BlobContents } from "../../../src/git/changedTexts.ts";
import type { RawChange } from "../../../src/git/rawDiff.ts";
import { type ValidationMeans, validateCheckpoint } from "../../../src/verification/checkpointValidation.ts";
import { VerdictCache } from "../../../src/verification/verdictCache.ts";

const NOTHING = "0".repeat(40);
const KEY = `token = "ghp_${"aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0bC2dE4"}"\n`;

const added = (path: string, newObject = `blob of ${path}`, newMode = "100644"): RawChange => ({
  path,
  kind: "added",
  oldMode: "000000",
  newMode,
  oldObject: NOTHING,
  newObject,
});

/** Contents by blob; every read is noted. */
function means(texts: Readonly<Record<string, string>> = {}, more: Partial<ValidationMeans> = {}) {
  const read: string[] = [];
  const readBlobs = async (ids: readonly string[]): Promise<BlobContents> => {
    const there = ids.filter((id) => id !== NOTHING);
    read.push(...there);
    return {
      sizes: new Map(there.map((id) => [id, (texts[id] ?? "").length])),
      texts: new Map(there.map((id) => [id, texts[id] ?? ""])),
    };
  };
  return { read, verdicts: new VerdictCache(), now: () => 0, readBlobs, ...more };
}

const checkpoint = (
  changes: readonly RawChange[],
  more: { spec?: string; isNew?: (path: string) => boolean } = {},
) => ({
  changes,
  isNew: () => true,
  mayWrite: (path: string) => path.startsWith("src/"),
  spec: "1",
  ...more,
});

test("paths outside the scope, links and keys are named, each with what is wrong", async () => {
  const changes = [added("src/a.ts", "key"), added("other.ts"), added("src/link", "l", "120000"), added("src/b.ts")];
  const found = await validateCheckpoint(checkpoint(changes), means({ key: KEY }));
  expect(found).toMatchObject({ checked: 4, cached: 0, unchecked: 0 });
  expect(found.degraded).toBeUndefined();
  expect(found.violations).toEqual([
    { path: "other.ts", what: "outside the task's files" },
    { path: "src/link", what: "a new symbolic link" },
    { path: "src/a.ts", what: expect.stringMatching(/^adds what looks like .*token.* \(line 1\)$/) },
  ]);
  expect(JSON.stringify(found)).not.toContain("ghp_");
});

test("what was looked at is not read again, unless it or the spec has changed", async () => {
  const given = means({ key: KEY });
  const changes = [added("src/a.ts", "key"), added("src/b.ts")];
  await validateCheckpoint(checkpoint(changes), given);
  given.read.length = 0;

  const again = await validateCheckpoint(checkpoint([...changes.slice(0, 1), added("src/b.ts", "new")]), given);
  expect(given.read).toEqual(["new"]);
  expect(again).toMatchObject({ checked: 1, cached: 1 });
  expect(again.violations.map(({ path }) => path)).toEqual(["src/a.ts"]);

  expect(await validateCheckpoint(checkpoint(changes, { spec: "2" }), given)).toMatchObject({ checked: 2, cached: 0 });
});

test("a key that a file took over from another one is not new", async () => {
  const moved: RawChange = {
    ...added("src/old.ts"),
    kind: "deleted",
    newMode: "000000",
    oldObject: "key",
    newObject: NOTHING,
  };
  const found = await validateCheckpoint(checkpoint([moved, added("src/new.ts", "key")]), means({ key: KEY }));
  expect(found.violations).toEqual([]);
});

test("of too many files a sample is looked at, the same each time; the rest has its turn later, behind what is new", async () => {
  const first = checkpoint(Array.from({ length: 130 }, (_, index) => added(`src/old-${index}.ts`)));
  const [one, other] = [means(), means()];
  expect(await validateCheckpoint(first, one)).toMatchObject({ checked: 100, unchecked: 30, degraded: "sampled" });
  await validateCheckpoint(first, other);
  expect(one.read).toEqual(other.read);

  one.read.length = 0;
  const changes = [...first.changes, ...Array.from({ length: 20 }, (_, index) => added(`src/fresh-${index}.ts`))];
  const next = checkpoint(changes, { isNew: (path) => path.startsWith("src/fresh") });
  expect(await validateCheckpoint(next, one)).toMatchObject({ checked: 25, cached: 100, unchecked: 25 });
  expect(one.read.filter((id) => id.includes("fresh"))).toHaveLength(20);
  const last = await validateCheckpoint(checkpoint(changes, { isNew: () => false }), one);
  expect(last).toMatchObject({ checked: 25, cached: 125, unchecked: 0 });
  expect(last.degraded).toBeUndefined();
});

test("when the time is up, it says so and judges what it has seen; paths are judged all the same", async () => {
  let clock = 0;
  const slow = means({ key: KEY }, { now: () => clock++, budgetMs: 4 });
  const changes = [
    added("outside.ts"),
    added("src/a.ts", "key"),
    added("src/b.ts"),
    added("src/c.ts"),
    added("src/d.ts"),
  ];
  const found = await validateCheckpoint(checkpoint(changes), slow);
  expect(found.degraded).toBe("out_of_time");
  expect(found.unchecked).toBeGreaterThan(0);
  expect(found.checked + found.unchecked).toBe(5);
  expect(found.violations.map(({ path }) => path)).toContain("outside.ts");
});

test("reading that takes too long ends with the time", async () => {
  const never = (_: readonly string[], signal: AbortSignal) =>
    new Promise<BlobContents>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const found = await validateCheckpoint(
    checkpoint([added("src/a.ts")]),
    means({}, { readBlobs: never, budgetMs: 20 }),
  );
  expect(found).toMatchObject({ checked: 0, unchecked: 1, degraded: "out_of_time" });
});
