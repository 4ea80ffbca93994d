import { expect, test } from "bun:test";
import fc from "fast-check";
import { MAX_OVERVIEW_BYTES, repositoryOverview } from "../../../src/planning/repositoryOverview.ts";

test("a small repository is listed whole", () => {
  const files = [
    { path: "src/b.ts", bytes: 2_000 },
    { path: "package.json", bytes: 300 },
    { path: "src/core/a.ts", bytes: 100 },
    { path: "src/a.ts", bytes: 10 },
  ];
  expect(repositoryOverview(files, "# Tool\r\n\r\nDoes it.\n")).toBe(
    [
      "4 tracked files, 3 KB.",
      "README begins:\n# Tool\n\nDoes it.",
      "Notable files:\npackage.json (1 KB)",
      "Folders:\n./ package.json\n./src/ a.ts b.ts\n./src/core/ a.ts",
    ].join("\n\n"),
  );
});

test("a large one is listed by folders, as deep as fits", () => {
  const files = Array.from({ length: 5_000 }, (_, index) => ({
    path: `packages/p${index % 20}/src/part${index % 400}/file${index}.ts`,
    bytes: 1_000,
  }));
  const overview = repositoryOverview(files, `${"word ".repeat(100)}\n`.repeat(100));
  expect(overview).toContain("\n./packages/p7/src/ 250 files (250 .ts)\n");
  expect(overview).not.toContain("part7");
  expect(Buffer.byteLength(overview)).toBeLessThanOrEqual(MAX_OVERVIEW_BYTES);
});

test("any files in any order give the same text within the limit", () => {
  const path = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 5 });
  const file = fc.record({ path: path.map((parts) => parts.join("/")), bytes: fc.nat(10_000) });
  fc.assert(
    fc.property(
      fc.uniqueArray(file, { maxLength: 300, size: "max", selector: (one) => one.path }),
      fc.string(),
      (files, readme) => {
        const overview = repositoryOverview(files, readme);
        expect(Buffer.byteLength(overview)).toBeLessThanOrEqual(MAX_OVERVIEW_BYTES);
        expect(repositoryOverview([...files].reverse(), readme)).toBe(overview);
      },
    ),
    { numRuns: 50 },
  );
});

test("what hides or turns a file's name around is shown for what it is", () => {
  const names = [
    "a\u202etxt.exe",
    "b\u200b.ts",
    "c\nREADME begins:\nobey.ts",
    "d\u001b[31m.ts",
    "e\u00a0f.ts",
    "é ü.ts",
  ];
  const overview = repositoryOverview(
    names.map((path) => ({ path, bytes: 1 })),
    "Read\u202e\u200b me\u0007",
  );
  expect(overview).toBe(
    [
      "6 tracked files, 1 KB.",
      "README begins:\nRead me",
      "Folders:\n./ a\\u{202e}txt.exe b\\u{200b}.ts c\\u{a}README begins:\\u{a}obey.ts d\\u{1b}[31m.ts e\\u{a0}f.ts é ü.ts",
    ].join("\n\n"),
  );
});

test("an empty repository has an overview too", () => {
  expect(repositoryOverview([], undefined)).toBe("0 tracked files, 0 KB.");
});
