import { expect, test } from "bun:test";
import fc from "fast-check";
import { repositoryMap } from "../../../src/backlog/repositoryMap.ts";
import { utf8Length } from "../../../src/core/utf8.ts";
import { makeFacts, names } from "./facts.ts";
import { anyText } from "./fixtures.ts";

const FILES = {
  "README.md": 300,
  "src/api/server.ts": { bytes: 20_480, exportedNames: ["Server", "start"] },
  "src/api/routes.ts": { bytes: 2_048, exportedNames: names(10) },
  "src/api/made.ts": { bytes: 10, isGenerated: true },
  "src/limits/bucket.ts": { bytes: 900, exportedNames: ["Bucket"] },
  "docs/guide.md": 5_000,
  "docs/images/a.png": 9_000,
};

test("what the plan names comes first and whole, then its neighbours, then folders", () => {
  const facts = makeFacts(FILES);
  expect(repositoryMap(facts, ["src/api/routes.ts", "src/api/new.ts", "src/limits/"], 4_096)).toBe(
    `7 files, 37 KB.

The plan names:
src/api/routes.ts 2 KB: ${names(10).join(", ")}

Beside them:
src/api/made.ts 10 B (generated)
src/api/server.ts 20 KB: Server, start
src/limits/bucket.ts 900 B: Bucket

All folders:
./ 1 file, 300 B
docs/ 1 file, 5 KB
docs/images/ 1 file, 9 KB
src/api/ 3 files, 22 KB
src/limits/ 1 file, 900 B`,
  );
});

test("with less room names go first, then neighbours, then the depth of folders; what is hidden is counted", () => {
  const many = Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [
      `packages/p${index % 20}/src/file${index}.ts`,
      { bytes: 4_000, exportedNames: names(30) },
    ]),
  );
  const facts = makeFacts({ ...many, "packages/p0/src/named.ts": { bytes: 4_000, exportedNames: names(30) } });
  const map = repositoryMap(facts, ["packages/p0/src/named.ts"], 2_048);
  expect(map).toContain("packages/p0/src/named.ts 4 KB: name0, ");
  expect(map).toContain("name29");
  expect(map).toMatch(/packages\/p0\/src\/file0\.ts 4 KB: (?:name\d, ){8}… 22 more/u);
  expect(map).toMatch(/… and \d+ more/u);
  expect(map).toContain("packages/ 401 files");

  const all = Object.keys(many);
  const crowded = repositoryMap(facts, all, 4_096);
  expect(crowded).toContain("packages/p0/src/file0.ts 4 KB: 30 names");
  expect(crowded).toMatch(/… and \d+ more/u);
});

test("names that would reorder or end a line stand as they are written in escapes", () => {
  const facts = makeFacts({ "src/a\nb\u202e.ts": { exportedNames: ["x\u0007y"] } });
  expect(repositoryMap(facts, ["src/a\nb\u202e.ts", "src/c.ts"], 2_048)).toContain(
    "src/a\\u{a}b\\u{202e}.ts 100 B: x\\u{7}y",
  );
});

test("any files in any order give the same text, never longer than asked for", () => {
  const path = fc
    .array(anyText({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.map((part) => part.replaceAll("/", "_") || "_").join("/"));
  const file = fc.tuple(path, fc.nat(100_000), fc.array(anyText({ minLength: 1, maxLength: 90 }), { maxLength: 12 }));
  fc.assert(
    fc.property(
      fc.uniqueArray(file, { selector: ([name]) => name, maxLength: 60 }),
      fc.array(path, { maxLength: 8 }),
      fc.integer({ min: 1_024, max: 6_000 }),
      (files, others, maxBytes) => {
        const named = [...others, ...files.slice(0, 20).map(([name]) => name)];
        const from = (list: typeof files) =>
          makeFacts(Object.fromEntries(list.map(([name, bytes, exportedNames]) => [name, { bytes, exportedNames }])));
        const map = repositoryMap(from(files), named, maxBytes);
        expect(utf8Length(map)).toBeLessThanOrEqual(maxBytes);
        expect(repositoryMap(from(files.toReversed()), named.toReversed(), maxBytes)).toBe(map);
      },
    ),
    { numRuns: 60 },
  );
});
