import { expect, test } from "bun:test";
import { addedSecrets } from "../../../src/verification/diffSecrets.ts";

/** Made here, so that no file of ours holds what looks like a key. */
const key = (of: string) =>
  `ghp_${Array.from({ length: 36 }, (_, at) => "aB3dE5gH7jK9mN"[(at * 5 + of.charCodeAt(0)) % 14]).join("")}`;
const change = (before: string | undefined, after: string | undefined, path = "a.ts") => ({ path, before, after });

test("a key that is added is found by file, line and kind, never by value", async () => {
  const found = await addedSecrets([
    change("one\n", `one\ntwo\nconst k = "${key("a")}";\n`),
    change(undefined, key("b"), "b"),
  ]);
  expect(found).toEqual([
    { path: "a.ts", line: 3, kind: "a GitHub token" },
    { path: "b", line: 1, kind: "a GitHub token" },
  ]);
});

test("a key that was there before is not new, wherever it goes", async () => {
  expect(await addedSecrets([change(`x ${key("a")}`, `new line\nx ${key("a")}`)])).toEqual([]);
  expect(await addedSecrets([change(key("a"), undefined), change(undefined, key("a"), "moved")])).toEqual([]);
  expect(await addedSecrets([change(key("a"), key("b"))])).toHaveLength(1);
});

test("a comment excuses a key only if it was there on the base", async () => {
  const excused = (value: string) => `k = ${value} // secretlint-disable-line\n`;
  expect(await addedSecrets([change(undefined, excused(key("a")))])).toHaveLength(1);
  const open = "// secretlint-disable\nexamples\n";
  expect(await addedSecrets([change(open, `${open}${key("a")}\n`)])).toEqual([]);
  expect(await addedSecrets([change("examples\n", `${open}${key("a")}\n`)])).toHaveLength(1);
  const next = "// secretlint-disable-next-line\nold\n";
  expect(await addedSecrets([change(next, `${next}// secretlint-disable-next-line\n${key("a")}\n`)])).toHaveLength(1);
});

test("a key far into a long file is found at its line, once, also where two pieces meet", async () => {
  const lines = "const a = foo(bar);\n".repeat(40_000);
  for (const place of [262_100, 262_144, 500_000, lines.length]) {
    const start = lines.lastIndexOf("\n", place) + 1;
    const text = `${lines.slice(0, start)}${key("a")}\n${lines.slice(start)}`;
    expect(await addedSecrets([change(lines, text)])).toEqual([
      { path: "a.ts", line: lines.slice(0, start).split("\n").length, kind: "a GitHub token" },
    ]);
  }
});
