import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refusal } from "../../../src/core/refusal.ts";
import { Git, parseGitVersion, requireGit } from "../../../src/git/gitProcess.ts";
import { repositoryAt } from "../../support/repository.ts";
import { ScriptedRunner } from "../../support/scriptedRunner.ts";
import { backlogText, DIAMOND, Track, writesItsWord } from "../../support/track.ts";

const MISSING = "git was not found on the PATH: install git 2.38 or newer.";
const TOO_OLD = "This is git version 2.30.1, which is too old: install git 2.38 or newer.";

let folder: string;
let programs: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "mac-old-git-")));
  programs = join(folder, "bin");
  await mkdir(programs);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Puts a program named git on the PATH that says this to whatever it is asked. */
function installGit(says: string): Promise<void> {
  return writeFile(join(programs, "git"), `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
}

async function refusalOf(running: Promise<unknown>): Promise<string> {
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Refusal);
  return error instanceof Refusal ? error.message : "";
}

describe("each command refuses in one line, before it writes anything", () => {
  /** A user's folder whose PATH leads to the programs of this test only. */
  class TrackWithoutTools extends Track {
    override get environment(): Record<string, string> {
      return { ...super.environment, PATH: programs };
    }
  }

  async function makeFolder(): Promise<Track> {
    const track = new TrackWithoutTools(folder, repositoryAt(join(folder, "project")));
    await mkdir(join(track.repository.path, "tasks"), { recursive: true });
    await writeFile(track.backlogFile, backlogText({ tasks: DIAMOND }));
    await writeFile(join(track.repository.path, "feature.md"), "# A feature\n\nAdd a word.\n");
    return track;
  }

  const commands: Readonly<Record<string, (track: Track, runner: ScriptedRunner) => Promise<unknown>>> = {
    plan: (track, runner) => track.plan(runner, { contextFile: "feature.md" }),
    backlog: (track, runner) => track.backlog(runner, {}),
    implement: (track) => track.implement(writesItsWord),
  };

  for (const [name, run] of Object.entries(commands)) {
    test(`${name} with git 2.30.1`, async () => {
      await installGit("git version 2.30.1");
      await expectRefused(run, TOO_OLD);
    });

    test(`${name} without git`, () => expectRefused(run, MISSING));
  }

  async function expectRefused(run: (typeof commands)[string], message: string): Promise<void> {
    const track = await makeFolder();
    const runner = new ScriptedRunner(writesItsWord);
    expect(await refusalOf(run(track, runner))).toBe(message);
    expect(runner.agents).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual(["bin", "project"]);
    expect((await readdir(join(track.repository.path, "tasks"))).sort()).toEqual(["BACKLOG.yaml"]);
  }
});

describe("the version that `git version` says", () => {
  const git = () => new Git({ PATH: programs });

  test.each(["2.38.0", "2.39.5 (Apple Git-154)", "2.100.1", "3.0.0-rc1", "2.45.1.windows.1"])(
    "%s is new enough",
    async (version) => {
      await installGit(`git version ${version}`);
      expect(await requireGit(git())).toBeUndefined();
    },
  );

  test.each(["2.37.9", "2.4.0", "1.99.0"])("%s is too old, and named", async (version) => {
    await installGit(`git version ${version}`);
    expect(await refusalOf(requireGit(git()))).toContain(`git version ${version}, which is too old`);
  });

  test("something else is quoted back", async () => {
    await installGit("hello");
    expect(await refusalOf(requireGit(git()))).toBe(
      '`git version` says "hello", which is no version: install git 2.38 or newer.',
    );
  });

  test("is read without its patch level", () => {
    expect(parseGitVersion("git version 2.39.5 (Apple Git-154)\n")).toEqual([2, 39]);
    expect(parseGitVersion("no version")).toBeUndefined();
  });
});
