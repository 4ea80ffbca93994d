import { expect, test } from "bun:test";
import { basename, dirname } from "node:path";
import { stateDirectoryFor } from "../../../src/core/stateDirectory.ts";

const rootOf = (commonDir: string, environment: NodeJS.ProcessEnv = { HOME: "/home/ada" }) =>
  stateDirectoryFor(commonDir, environment).root;

test("lives in the data folder, under the repository's name and a hash of its path", () => {
  expect(rootOf("/src/my app/.git")).toMatch(/^\/home\/ada\/\.local\/share\/multi-agent-coder\/my-app-[0-9a-f]{12}$/);
  expect(dirname(rootOf("/src/app/.git", { HOME: "/h", XDG_DATA_HOME: "/data" }))).toBe("/data/multi-agent-coder");
  expect(rootOf("/src/app/.git", { HOME: "/h", XDG_DATA_HOME: "relative" })).toStartWith("/h/.local/share/");
});

test("is another for another path, and has a plain name for any folder", () => {
  expect(rootOf("/a/app/.git")).not.toBe(rootOf("/b/app/.git"));
  expect(basename(rootOf("/a/..\n/../.git"))).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*-[0-9a-f]{12}$/);
  expect(basename(rootOf("/a/名前/.git"))).toMatch(/^repository-/);
  expect(basename(rootOf("/a/bare.git"))).toMatch(/^bare-/);
});
