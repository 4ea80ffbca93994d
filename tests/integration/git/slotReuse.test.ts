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
});
afterEach(() => sandbox.remove());

const inSlot = (path: string) => join(place.slot.directory, path);
const inodeOf = (path: string) => lstatSync(inSlot(path), { bigint: true }).ino;

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

/** git keeps the seconds of times only: from the next one on it can tell a change. */
async function nextSecond(): Promise<void> {
  const second = () => Math.floor(Date.now() / 1_000);
  const start = second();
  while (second() === start) await new Promise((resolve) => setTimeout(resolve, 10));
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

  test("holds nothing whose name is no text, and all of a commit that has such names", async () => {
    const bytes = Buffer.from([0xff, 0xfe]);
    const at = (folder: string) => Buffer.concat([Buffer.from(`${folder}/`), bytes]);
    for (const folder of [inSlot(""), inSlot("a")]) writeFileSync(at(folder), "left by a task");
    await place.slot.rebuild(commit);
    expect(contentOf(place.slot.directory)).toEqual(await freshContent(commit));
    for (const folder of ["a", ""]) {
      writeFileSync(at(join(sandbox.folder, "user", folder)), "of the commit");
      const next = sandbox.commit("user", {}, "names");
      for (const of of [next, next, commit, next]) await place.slot.rebuild(of);
      for (const again of [() => place.slot.settle(), () => place.slot.rebuild(next)]) {
        expect(readFileSync(at(inSlot(folder)), "utf8")).toBe("of the commit");
        writeFileSync(at(inSlot(folder)), "OF THE COMMIT");
        await again();
        expect(readFileSync(at(inSlot(folder)), "utf8")).toBe("of the commit");
        place.slot.unsettle();
      }
    }
  });

  test("keeps a file that was written in the moment before the last rebuild ended", async () => {
    const changedAt = () => lstatSync(inSlot("top.txt"), { bigint: true }).ctimeNs;
    const before = changedAt();
    await place.slot.rebuild(commit);
    expect(changedAt()).toBe(before);
  });

  test("goes from any commit to any other as one that was never used", async () => {
    const edit = (what: () => void) => {
      what();
      return sandbox.commit("user", {}, "edit");
    };
    const user = (path: string) => join(sandbox.folder, "user", path);
    const many = Object.fromEntries(Array.from({ length: 210 }, (_, index) => [`many/${index}.txt`, `${index}\n`]));
    const commits = [
      commit,
      edit(() => chmodSync(user("a/x.txt"), 0o755)),
      edit(() => rmSync(user("b"), { recursive: true })),
      edit(() => {
        rmSync(user("a"), { recursive: true });
        writeFileSync(user("a"), "a file\n");
      }),
      edit(() => {
        rmSync(user("a"));
        symlinkSync("top.txt", user("a"));
      }),
      edit(() => {
        renameSync(user("top.txt"), user("Top.txt"));
        sandbox.run("user", "update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},module`);
      }),
      edit(() => {
        rmSync(user("a"));
        mkdirSync(user("a/deep/er"), { recursive: true });
        writeFileSync(user("a/deep/er/*[x].txt"), "odd name\n");
      }),
      sandbox.commit("user", many, "many"),
    ];
    const listed = (folder: string) => sandbox.run(folder.slice(sandbox.folder.length + 1), "ls-files", "--stage");
    const fresh = new Map<string, unknown>();
    for (const of of commits) fresh.set(of, [await freshContent(of), listed(place.slot.directory)]);
    const ways = commits.flatMap((from, index) => [from, commits[(index + 3) % commits.length] ?? from]);
    for (const [index, of] of [...ways, ...commits.toReversed()].entries()) {
      await place.slot.rebuild(of);
      expect([contentOf(place.slot.directory), listed(place.slot.directory)]).toEqual(fresh.get(of) as never);
      expect(sandbox.run(place.slot.directory.slice(sandbox.folder.length + 1), "diff-files")).toBe("");
      if (index % 2 === 0) await place.slot.settle();
    }
  });

  test("is exact whatever a task did to it", async () => {
    const next = sandbox.commit("user", { "a/x.txt": "changed\n", "b/deep/new": "new\n" }, "next");
    const expectedNext = await freshContent(next);
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
      fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 8 }), fc.boolean(), async (deeds, settles) => {
        for (const one of deeds) {
          try {
            act(one);
          } catch {
            // Not every deed is possible after the others.
          }
        }
        await (settles ? place.slot.settle() : place.slot.rebuild(commit));
        expect(contentOf(place.slot.directory)).toEqual(expected);
        if (!settles) return;
        await place.slot.rebuild(next);
        expect(contentOf(place.slot.directory)).toEqual(expectedNext);
        await place.slot.rebuild(commit);
      }),
      { numRuns: 25 },
    );
  });
});

describe("a settled slot", () => {
  test("is what the last rebuild made it, with the files nobody touched", async () => {
    const untouched = inodeOf("b/deep/z.txt");
    writeFileSync(inSlot("a/build.log"), "x");
    rmSync(inSlot("top.txt"));
    await place.slot.settle();
    expect(inodeOf("b/deep/z.txt")).toBe(untouched);
    expect(existsSync(inSlot("a/build.log"))).toBe(false);
    expect(readFileSync(inSlot("top.txt"), "utf8")).toBe("top\n");
    const next = sandbox.commit("user", { "a/x.txt": "changed\n" }, "next");
    await place.slot.rebuild(next);
    expect(inodeOf("b/deep/z.txt")).toBe(untouched);
    expect(contentOf(place.slot.directory)).toEqual(await freshContent(next));
  });

  test("is what the last rebuild made it, whatever was done to it a while later", async () => {
    const expected = contentOf(place.slot.directory);
    const deeds: (() => void)[] = [
      ...Object.values(untraceable),
      () => writeFileSync(inSlot("top.txt"), "TOP\n"),
      () => rmSync(inSlot("b/deep/z.txt")),
      () => rmSync(inSlot(".gitignore")),
      () => symlinkSync("x.txt", inSlot("a/link")),
      () => {
        rmSync(inSlot("top.txt"));
        mkdirSync(inSlot("top.txt/inner"), { recursive: true });
      },
      () => {
        renameSync(inSlot("a/x.txt"), inSlot("a/z.txt"));
        renameSync(inSlot("a/y.txt"), inSlot("a/x.txt"));
        renameSync(inSlot("a/z.txt"), inSlot("a/y.txt"));
      },
    ];
    await nextSecond();
    for (const deed of deeds) {
      deed();
      await place.slot.settle();
      expect(contentOf(place.slot.directory)).toEqual(expected);
      expect(lstatSync(inSlot("a/x.txt")).nlink).toBe(1);
      rmSync(join(sandbox.folder, "second-name"), { force: true });
      place.slot.unsettle();
    }
  });

  test("is looked at again once something has run in it", async () => {
    for (const again of [() => place.slot.unsettle(), () => place.slot.rebuild(commit)]) {
      await place.slot.settle();
      await again();
      writeFileSync(inSlot("a/x.txt"), "scribbled\n");
      writeFileSync(inSlot("stray.txt"), "x");
      await place.slot.rebuild(commit);
      expect(readdirSync(place.slot.directory).sort()).toEqual([".git", ".gitignore", "a", "b", "top.txt"]);
      expect(readFileSync(inSlot("a/x.txt"), "utf8")).toBe("ax\n");
    }
  });

  test("is written by the next commit's attributes", async () => {
    await place.slot.settle();
    await place.slot.rebuild(sandbox.commit("user", { ".gitattributes": "*.txt text eol=crlf\n" }, "attributes"));
    expect(readFileSync(inSlot("b/deep/z.txt"), "utf8")).toBe("z\r\n");
  });

  test("has a repository that what ran in it did not configure", async () => {
    const marker = join(sandbox.folder, "ran");
    writeFileSync(join(place.slot.gitDirectory, "config"), `[core]\n\tfsmonitor = touch ${marker}\n`);
    writeFileSync(join(place.slot.gitDirectory, "info/attributes"), "*.txt filter=evil\n");
    rmSync(inSlot("a"), { recursive: true });
    await place.slot.settle();
    expect(readFileSync(join(place.slot.gitDirectory, "config"), "utf8")).not.toContain("fsmonitor = touch");
    expect(existsSync(marker)).toBe(false);
  });

  test("that was never rebuilt stays empty", async () => {
    const { slot } = await sandbox.open("user");
    rmSync(slot.directory, { recursive: true });
    await slot.settle();
    expect(existsSync(slot.directory)).toBe(false);
  });
});
