import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Sandbox, type Workplace } from "./support.ts";

const FILES = {
  ".gitignore": "*.log\n",
  "a/x.txt": "ax\n",
  "a/y.txt": "ay\n",
  "b/x.txt": "bx\n",
  "b/deep/z.txt": "z\n",
  "top.txt": "top\n",
};

let sandbox: Sandbox;
let place: Workplace;
let commit: string;

beforeEach(async () => {
  sandbox = new Sandbox();
  sandbox.repository("user", FILES);
  place = await sandbox.open("user");
  commit = place.user.head;
  await place.slot.rebuild(commit);
  await clockTick();
});
afterEach(() => sandbox.remove());

const inSlot = (path: string) => join(place.slot.directory, path);
const inodeOf = (path: string) => lstatSync(inSlot(path), { bigint: true }).ino;

/** Until the file system's clock has moved on: what the checkout wrote in its last tick is never kept. */
async function clockTick(): Promise<void> {
  const probe = join(sandbox.folder, "probe");
  const now = () => {
    writeFileSync(probe, "x");
    return statSync(probe, { bigint: true }).ctimeNs;
  };
  const start = now();
  while (now() === start) await new Promise((resolve) => setImmediate(resolve));
}

/** Every entry with its type, permissions and content, git's own link left out. */
function contentOf(directory: string): Record<string, string> {
  const names = (readdirSync(directory, { recursive: true }) as string[]).filter((name) => name !== ".git").sort();
  return Object.fromEntries(
    names.map((name) => {
      const path = join(directory, name);
      const status = lstatSync(path);
      const mode = (status.mode & 0o7777).toString(8);
      if (status.isDirectory()) return [name, `directory ${mode}`];
      return [name, status.isSymbolicLink() ? `link ${readlinkSync(path)}` : `${mode} ${readFileSync(path, "utf8")}`];
    }),
  );
}

/** What a slot holds that nobody was ever in. */
async function freshContent(of: string): Promise<Record<string, string>> {
  const fresh = await sandbox.open("user");
  rmSync(fresh.slot.directory, { recursive: true, force: true });
  await fresh.slot.rebuild(of);
  return contentOf(fresh.slot.directory);
}

describe("a rebuilt slot", () => {
  test("keeps the files nobody touched, and writes only what the next commit changes", async () => {
    const next = sandbox.commit("user", { "a/x.txt": "changed\n" }, "next");
    const before = { y: inodeOf("a/y.txt"), z: inodeOf("b/deep/z.txt") };
    writeFileSync(inSlot("top.txt"), "scribbled\n");
    await place.slot.rebuild(next);
    // A slot whose files are all made anew would have other inodes here; the test after this one sees to the content.
    expect({ y: inodeOf("a/y.txt"), z: inodeOf("b/deep/z.txt") }).toEqual(before);
    expect(contentOf(place.slot.directory)).toMatchObject({ "a/x.txt": "644 changed\n", "top.txt": "644 top\n" });
    expect(sandbox.run(place.slot.directory.slice(sandbox.folder.length + 1), "status", "--porcelain")).toBe("");
  });

  const untraceable: Readonly<Record<string, () => void>> = {
    "content of the same size, with its times put back": () => {
      const { atime, mtime } = statSync(inSlot("a/x.txt"));
      writeFileSync(inSlot("a/x.txt"), "AX\n");
      utimesSync(inSlot("a/x.txt"), atime, mtime);
    },
    "another file of the same content": () => {
      rmSync(inSlot("a/x.txt"));
      writeFileSync(inSlot("a/x.txt"), "ax\n");
    },
    "a second name elsewhere, through which it can be written later": () => {
      linkSync(inSlot("a/x.txt"), join(sandbox.folder, "second-name"));
    },
    "permissions taken and put back": () => {
      chmodSync(inSlot("a/x.txt"), 0o777);
      chmodSync(inSlot("a/x.txt"), 0o644);
    },
  };
  for (const [what, touch] of Object.entries(untraceable)) {
    test(`makes a file anew that got ${what}`, async () => {
      touch();
      const touched = inodeOf("a/x.txt");
      // With a name left it cannot be given out again, so another number means another file.
      linkSync(inSlot("a/x.txt"), join(sandbox.folder, "held"));
      await place.slot.rebuild(commit);
      expect(inodeOf("a/x.txt")).not.toBe(touched);
      expect(lstatSync(inSlot("a/x.txt")).nlink).toBe(1);
      expect(contentOf(place.slot.directory)).toEqual(await freshContent(commit));
    });
  }

  test("has its directories where they belong after two changed places", async () => {
    renameSync(inSlot("a"), inSlot("c"));
    renameSync(inSlot("b"), inSlot("a"));
    renameSync(inSlot("c"), inSlot("b"));
    await place.slot.rebuild(commit);
    expect(contentOf(place.slot.directory)).toEqual(await freshContent(commit));
  });

  test("holds a directory itself where there was a link to its old self elsewhere", async () => {
    renameSync(inSlot("b"), join(sandbox.folder, "outside"));
    symlinkSync(join(sandbox.folder, "outside"), inSlot("b"));
    await place.slot.rebuild(commit);
    expect(contentOf(place.slot.directory)).toEqual(await freshContent(commit));
    expect(existsSync(join(sandbox.folder, "outside/deep/z.txt"))).toBe(true);
  });

  test("holds nothing that git does not list: ignored files, empty folders, repositories in folders of the commit", async () => {
    writeFileSync(inSlot("a/build.log"), "x");
    mkdirSync(inSlot("b/deep/empty/er"), { recursive: true });
    mkdirSync(inSlot("a/.git/hooks"), { recursive: true });
    writeFileSync(inSlot("a/.git/config"), "[core]\n");
    await place.slot.rebuild(commit);
    expect(contentOf(place.slot.directory)).toEqual(await freshContent(commit));
  });

  test("is written by the next commit's attributes, also where the content is the same", async () => {
    const next = sandbox.commit("user", { ".gitattributes": "*.txt text eol=crlf\n" }, "attributes");
    await place.slot.rebuild(next);
    expect(readFileSync(inSlot("b/deep/z.txt"), "utf8")).toBe("z\r\n");
    await place.slot.rebuild(commit);
    expect(readFileSync(inSlot("b/deep/z.txt"), "utf8")).toBe("z\n");
  });

  test("is exact after a rebuild that failed", async () => {
    await expect(place.slot.rebuild("0".repeat(40))).rejects.toThrow();
    writeFileSync(inSlot("stray.txt"), "x");
    await place.slot.rebuild(commit);
    expect(contentOf(place.slot.directory)).toEqual(await freshContent(commit));
  });

  test("is exact whatever a task did to it", async () => {
    const expected = await freshContent(commit);
    await place.slot.rebuild(commit);
    const path = fc.constantFrom(...Object.keys(FILES), "a", "b", "b/deep", "new", "a/new", "b/deep/new", ".git");
    const deed = fc.oneof(
      fc.record({ kind: fc.constant("write" as const), path }),
      fc.record({ kind: fc.constant("remove" as const), path }),
      fc.record({ kind: fc.constant("mode" as const), path }),
      fc.record({ kind: fc.constant("move" as const), path, to: path }),
      fc.record({ kind: fc.constant("link" as const), path, to: path }),
      fc.record({ kind: fc.constant("folder" as const), path }),
    );
    type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;
    const act = (one: Deed) => {
      const target = inSlot(one.path);
      if (one.kind === "write") writeFileSync(target, "written by a task\n");
      else if (one.kind === "remove") rmSync(target, { recursive: true });
      else if (one.kind === "mode") chmodSync(target, 0o700);
      else if (one.kind === "move") renameSync(target, inSlot(one.to));
      else if (one.kind === "link") symlinkSync(target, inSlot(one.to));
      else mkdirSync(target, { recursive: true });
    };
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 8 }), async (deeds) => {
        for (const one of deeds) {
          try {
            act(one);
          } catch {
            // Not every deed is possible after the others.
          }
        }
        await place.slot.rebuild(commit);
        expect(contentOf(place.slot.directory)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });
});
