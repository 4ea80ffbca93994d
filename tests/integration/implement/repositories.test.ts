import { describe, expect, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backlogText, fileOf, makeTrack, type RunSettings, type Track, writesItsWord } from "../../support/track.ts";

const ONE = [{ id: "T001" }];

/** Runs the one task of a track and expects it in the user's branch and files. */
async function expectDone(track: Track, settings: RunSettings = {}): Promise<void> {
  const { report } = await track.implement(writesItsWord, settings);
  expect(report.outcome).toEqual({ done: true });
  expect(report.text).toContain("was fast-forwarded");
  expect(report.text).toContain("Untouched:");
  expect(await readFile(join(track.repository.path, fileOf("T001")), "utf8")).toBe("word\n");
  expect(await track.repository.git("status", "--porcelain", "--ignore-submodules=none")).toBe(" M tasks/BACKLOG.yaml");
}

async function beAda({ repository }: Track): Promise<void> {
  await repository.git("config", "user.name", "Ada Example");
  await repository.git("config", "user.email", "ada@example.com");
}

describe("kinds of repository in which a task lands and the user's branch moves", () => {
  test("a path with spaces and umlauts", async () => {
    await using track = await makeTrack({ tasks: ONE, name: "Mein Projekt über $HOME 'x'" });
    await expectDone(track);
  });

  test("started in a subdirectory", async () => {
    await using track = await makeTrack({ tasks: ONE });
    await expectDone(track, { directory: join(track.repository.path, "words") });
  });

  test("a linked worktree; the main one is left alone", async () => {
    await using track = await makeTrack({ tasks: ONE });
    const linked = join(track.folder, "linked");
    const base = await track.repository.git("rev-parse", "main");
    await track.repository.git("worktree", "add", "--quiet", "-b", "feature", linked);
    await expectDone(track.at(linked));
    expect(await track.repository.git("rev-parse", "main")).toBe(base);
    expect(await track.repository.git("status", "--porcelain")).toBe("");
    expect((await track.repository.git("worktree", "list")).split("\n")).toHaveLength(2);
  });

  test("a shallow clone", async () => {
    await using track = await makeTrack({ tasks: ONE });
    await track.repository.write({ "more.txt": "more\n" });
    await track.repository.commit("More");
    const place = join(track.folder, "shallow");
    await track.repository.git("clone", "--quiet", "--depth=1", `file://${track.repository.path}`, place);
    const shallow = track.at(await realpath(place));
    await beAda(shallow);
    await expectDone(shallow);
  });

  test("a sparse checkout without the folder that is written", async () => {
    await using track = await makeTrack({ tasks: ONE, files: { "deep/a.txt": "a\n" } });
    await track.repository.git("sparse-checkout", "set", "tasks", "deep");
    const { report } = await track.implement(writesItsWord);
    expect(report.text).toContain("main was fast-forwarded");
    expect(await Bun.file(join(track.repository.path, fileOf("T001"))).exists()).toBe(false);
    expect(await track.repository.git("show", `main:${fileOf("T001")}`)).toBe("word");
    expect(await track.repository.git("status", "--porcelain")).toBe(" M tasks/BACKLOG.yaml");
  });

  test("submodules, which stay as they are", async () => {
    await using library = await makeTrack({ tasks: ONE });
    await using track = await makeTrack({ tasks: ONE });
    const url = library.repository.path;
    await track.repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "library");
    await track.repository.commit("Add the library");
    const before = await track.repository.git("ls-tree", "main", "library");
    await expectDone(track);
    expect(await track.repository.git("ls-tree", "main", "library")).toBe(before);
  });

  test("SHA-256 object names", async () => {
    await using track = await makeTrack({ tasks: ONE });
    const other = track.at(join(track.folder, "sha256"));
    await mkdir(other.repository.path);
    await other.repository.git("init", "--quiet", "--object-format=sha256");
    await beAda(other);
    await other.repository.write({ "words/first.txt": "first\n", "tasks/BACKLOG.yaml": backlogText({ tasks: ONE }) });
    await other.repository.commit("First commit");
    await expectDone(other);
    expect(await other.repository.git("rev-parse", "HEAD")).toHaveLength(64);
  });

  test("a partial clone whose files are all here", async () => {
    await using track = await makeTrack({ tasks: ONE, files: { "old.txt": "old\n" } });
    await track.repository.write({ "old.txt": "new\n" });
    await track.repository.commit("More");
    await track.repository.git("config", "uploadpack.allowFilter", "true");
    const place = join(track.folder, "partial");
    await track.repository.git("clone", "--quiet", "--filter=blob:none", `file://${track.repository.path}`, place);
    const partial = track.at(await realpath(place));
    await beAda(partial);
    await expectDone(partial);
  });

  test("files stored through a filter, which stay as they are", async () => {
    await using track = await makeTrack({ tasks: ONE });
    await track.repository.git("config", "filter.loud.clean", "tr a-z A-Z");
    await track.repository.git("config", "filter.loud.smudge", "tr A-Z a-z");
    await track.repository.write({ ".gitattributes": "loud.txt filter=loud\n", "loud.txt": "quiet\n" });
    await track.repository.commit("Filter");
    await expectDone(track);
    expect(await track.repository.git("show", "main:loud.txt")).toBe("QUIET");
    expect(await readFile(join(track.repository.path, "loud.txt"), "utf8")).toBe("quiet\n");
  });

  test("files hidden by info/exclude alone: an agent's do not land", async () => {
    await using track = await makeTrack({ tasks: ONE });
    await mkdir(join(track.repository.path, ".git/info"), { recursive: true });
    await Bun.write(join(track.repository.path, ".git/info/exclude"), "*.secret\n");
    await track.implement(async (agent) => {
      await agent.write({ "key.secret": "x" });
      return writesItsWord(agent);
    });
    expect(await track.repository.git("ls-tree", "-r", "--name-only", "main")).not.toContain("key.secret");
    expect(await track.statuses()).toEqual({ T001: "complete" });
  });
});

test("a detached HEAD: the work lands on the track's branch, which the report names", async () => {
  await using track = await makeTrack({ tasks: ONE });
  await track.repository.git("switch", "--quiet", "--detach");
  const { report } = await track.implement(writesItsWord);
  expect(report.outcome).toEqual({ done: true });
  expect(report.text).toContain("mac/words");
  expect(report.text).toContain("HEAD is detached");
});

describe("what cannot be worked with is refused in one line, and nothing is left behind", () => {
  test("a branch named mac", async () => {
    await using track = await makeTrack({ tasks: ONE });
    await track.repository.git("branch", "mac");
    await expect(track.implement(writesItsWord)).rejects.toThrow(
      /^The branch mac\/words cannot be made.*git branch -m mac/,
    );
    expect(await track.heldLocks()).toEqual([]);
  });

  test("a repository without a commit", async () => {
    await using track = await makeTrack({ tasks: ONE });
    const empty = join(track.folder, "empty");
    await mkdir(empty);
    const other = track.at(empty);
    await other.repository.git("init", "--quiet");
    await other.repository.write({ "tasks/BACKLOG.yaml": backlogText({ tasks: ONE }) });
    await expect(other.implement(writesItsWord)).rejects.toThrow(/^.* has no commit yet[^\n]*$/);
  });

  test("no repository", async () => {
    await using track = await makeTrack({ tasks: ONE });
    const running = track.implement(writesItsWord, { directory: track.folder });
    await expect(running).rejects.toThrow(/^.* is not in a git repository[^\n]*$/);
  });
});

const OTHER_DISK = "/dev/shm";
const isOtherDisk = existsSync(OTHER_DISK) && statSync(OTHER_DISK).dev !== statSync(tmpdir()).dev;

test.skipIf(!isOtherDisk)(
  "with the state folder on another file system than repository and temporary files",
  async () => {
    await using track = await makeTrack({ tasks: [{ id: "T001" }] });
    const data = await mkdtemp(join(OTHER_DISK, "mac-state-"));
    try {
      const { report } = await track.implement(writesItsWord, { environment: { XDG_DATA_HOME: data } });
      expect(report.outcome).toEqual({ done: true });
      expect(await track.repository.git("show", `main:${fileOf("T001")}`)).toBe("word");
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  },
);
