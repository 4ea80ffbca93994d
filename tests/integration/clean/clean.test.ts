import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replayCommand } from "../../../src/commands/replayCommand.ts";
import { DEFAULT_OPTIONS } from "../../../src/config.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { checkpointName } from "../../../src/implementation/attempts/answers.ts";
import { acquireLock } from "../../../src/recovery/lock.ts";
import { currentProcessIdentity } from "../../../src/recovery/processIdentity.ts";
import { listRuns } from "../../../src/recovery/runStore.ts";
import { fileOf, makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";

const PAIR = [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }];

async function latestRun(track: Track): Promise<string> {
  const [latest = ""] = await listRuns((await track.state()).runs);
  return latest;
}

/** Refs of control.git below `prefix`, with their commits. */
async function refs(track: Track, prefix: string): Promise<string[]> {
  const listed = await (await track.control()).git("for-each-ref", "--format=%(objectname) %(refname)", prefix);
  return listed.split("\n").filter((line) => line !== "");
}

const commitsOf = (lines: readonly string[]) => [...new Set(lines.map((line) => line.split(" ")[0]))].toSorted();

/** A run that was stopped while T002's agent worked. */
async function interruptedRun(track: Track): Promise<string> {
  const abort = new AbortController();
  await track.implement(
    scripted({
      T002: async (agent) => {
        await agent.write({ [fileOf("T002")]: "half\n" });
        abort.abort();
        return agent.hang();
      },
    }),
    { signal: abort.signal },
  );
  return latestRun(track);
}

test("where nothing was ever run there is nothing to clean, and nothing is made", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  expect(await track.clean()).toEqual({ text: "There is nothing to clean.", outcome: { done: true } });
  expect(existsSync((await track.state()).root)).toBe(false);
});

test("without flags: work trees, repositories, temporary files and indexes go; journals, refs and the branch stay", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(writesItsWord);
  const state = await track.state();
  const kept = await refs(track, "refs/mac");
  const branches = await track.repository.git("for-each-ref");
  const backlog = await readFile(track.backlogFile, "utf8");

  const { text, outcome } = await track.clean();

  expect(outcome).toEqual({ done: true });
  expect(text).toMatch(/^ {2}slot-1 {2}\d+ KB$/m);
  expect(text).toMatch(/^ {2}gate-1 {2}\d+ KB$/m);
  expect(text).toMatch(/^Removed: \d+ KB\.$/m);
  expect((await readdir(state.root)).toSorted()).toEqual([
    "artifacts",
    "control.git",
    "indexes",
    "locks",
    "runs",
    "scratch",
  ]);
  expect(await readdir(state.indexes)).toEqual([]);
  expect(await readdir(join(state.root, "scratch"))).toEqual([]);
  expect(await refs(track, "refs/mac")).toEqual(kept);
  expect(await track.repository.git("for-each-ref")).toBe(branches);
  expect(await readFile(track.backlogFile, "utf8")).toBe(backlog);
  expect((await track.clean()).text).toBe("There is nothing to clean.");
  expect((await track.status()).text).toContain("ended, everything complete");
});

test("--run: its refs, branch and folder are set aside, every commit is kept, and the next implement starts anew", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(
    scripted({
      T002: async (agent) => {
        await agent.write({ [fileOf("T002")]: agent.turn === 1 ? "No Word\n" : "word\n" });
        return undefined;
      },
    }),
  );
  const run = await latestRun(track);
  const state = await track.state();
  const before = [...(await refs(track, `refs/mac/*/${run}/**`)), ...(await refs(track, "refs/mac/tracks"))];
  expect(before.length).toBeGreaterThan(2);
  const journal = await readFile(join(state.runDirectory(run), "events.jsonl"), "utf8");

  const { text, outcome } = await track.clean({ run });

  expect(outcome).toEqual({ done: true });
  expect(text).toContain(`Run ${run} was cleaned: its journal and pages are kept in ${state.keptRun(run)}`);
  expect(await readFile(join(state.keptRun(run), "events.jsonl"), "utf8")).toBe(journal);
  expect(await refs(track, "refs/mac/attempts")).toEqual([]);
  expect(await refs(track, "refs/mac/tracks")).toEqual([]);
  expect(commitsOf(await refs(track, `refs/mac/kept/${run}`))).toEqual(commitsOf(before));
  expect(await track.repository.git("branch", "--list", "mac/*")).toBe("");
  await expect(track.status({ run })).rejects.toThrow(`Run ${run} was cleaned`);
  const checkpoint = checkpointName(run, "T002", 1);
  const { signal } = new AbortController();
  const context = {
    directory: track.repository.path,
    environment: track.environment,
    options: DEFAULT_OPTIONS,
    signal,
  };
  await expect(track.answer({ checkpoint, input: "yes" })).rejects.toThrow(`Run ${run} was cleaned`);
  await expect(replayCommand({ run, again: false }, context)).rejects.toThrow(`Run ${run} was cleaned`);
  expect((await track.clean({ run })).text).toContain(`Run ${run} was cleaned`);

  await track.setStatus("T002", "pending");
  await track.repository.commit("Statuses");
  const again = await track.implement(
    scripted({
      T002: async (agent) => {
        await agent.write({ [fileOf("T002")]: "again\n" });
        return undefined;
      },
    }),
  );
  expect(again.report.outcome).toEqual({ done: true });
  expect(again.runner.tasks).toEqual(["T002"]);
});

test("work that no branch of the user's has needs --force, which keeps it; a person's commits on it too", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  const { repository } = track;
  await track.implement(writesItsWord, { options: { merge: "branch" } });
  const run = await latestRun(track);
  await repository.git("switch", "--quiet", "mac/words");
  await repository.write({ "mine.txt": "mine\n" });
  const mine = await repository.commit("Mine");
  await repository.git("switch", "--quiet", "main");

  const refused = await track.clean({ all: true });
  expect(refused.outcome).toEqual({ done: false, reason: expect.stringContaining("git merge mac/words") });
  expect(await repository.git("rev-parse", "mac/words")).toBe(mine);
  expect(await listRuns((await track.state()).runs)).toEqual([run]);

  expect((await track.clean({ all: true, force: true })).outcome).toEqual({ done: true });
  expect(await repository.git("branch", "--list", "mac/*")).toBe("");
  // What the user's own git throws away is still there.
  await repository.git("reflog", "expire", "--expire=now", "--all");
  await repository.git("gc", "--quiet", "--prune=now");
  expect(await (await track.control()).git("show", `refs/mac/kept/${run}/branch:mine.txt`)).toBe("mine");
  expect(await (await track.control()).git("log", "--format=%s", `refs/mac/kept/${run}/branch`)).toContain("T002");
});

/** The task's status in the file. */
async function statusIn(track: Track, task: string): Promise<string | undefined> {
  return new RegExp(`id: ${task}\\n(?:(?!  - id)[^\\n]*\\n)*? +status: (\\w+)`).exec(
    await readFile(track.backlogFile, "utf8"),
  )?.[1];
}

test("a task whose only branch was removed with --force is to be done again, so that nothing is built without it", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(writesItsWord, { options: { merge: "branch" }, flags: { only: ["T001"] } });
  const run = await latestRun(track);
  expect(await statusIn(track, "T001")).toBe("complete");

  const { text, outcome } = await track.clean({ all: true, force: true });

  expect(outcome).toEqual({ done: true });
  expect(text).toContain("T001 pending again in tasks/BACKLOG.yaml, since no branch of yours has the work any more");
  expect(text).toContain(`refs/mac/kept/${run}/track`);
  expect(await statusIn(track, "T001")).toBe("pending");
  const again = await track.implement(writesItsWord, { options: { merge: "branch" } });
  expect(again.runner.tasks).toEqual(["T001", "T002"]);
});

test("a file that cannot be read as the track's stays as it is, and what to do is said", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(writesItsWord, { options: { merge: "branch" }, flags: { only: ["T001"] } });
  await writeFile(track.backlogFile, "tasks: [");
  const { text } = await track.clean({ all: true, force: true });
  expect(text).toContain("T001 could not be set in tasks/BACKLOG.yaml. Set to pending");
  expect(await readFile(track.backlogFile, "utf8")).toBe("tasks: [");
});

test("implement refuses to build on complete tasks whose work is not where it begins, and each way out it names works", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  const { repository } = track;
  await track.implement(writesItsWord, { options: { merge: "branch" }, flags: { only: ["T001"] } });
  const run = await latestRun(track);
  await track.clean({ all: true, force: true });
  await track.setStatus("T001", "complete");

  const refused = await track.implement(writesItsWord).then(
    () => "",
    (error: Error) => error.message,
  );
  expect(refused).toContain("tasks/BACKLOG.yaml calls T001 complete");
  expect(refused).toContain("set T001 to pending in tasks/BACKLOG.yaml");
  const { controlGit } = await track.state();
  const command = `git fetch '${controlGit}' refs/mac/kept/${run}/track:refs/heads/mac/words`;
  expect(refused).toContain(command);
  expect(await repository.git("branch", "--list", "mac/*")).toBe("");

  await repository.git("fetch", "--quiet", controlGit, `refs/mac/kept/${run}/track:refs/heads/mac/words`);
  const { report, runner } = await track.implement(writesItsWord, { options: { merge: "branch" } });
  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks).toEqual(["T002"]);
  expect(await repository.git("ls-tree", "-r", "--name-only", "mac/words", "words/")).toContain(fileOf("T001"));
});

test("what a person completed by hand, or took by a squash, is nobody's loss", async () => {
  await using track = await makeTrack({ tasks: [...PAIR, { id: "T003" }] });
  const { repository } = track;
  await track.setStatus("T003", "complete");
  await track.implement(writesItsWord, { options: { merge: "branch" }, flags: { only: ["T001"] } });
  await repository.git("merge", "--quiet", "--squash", "mac/words");
  await repository.commit("Words");
  const { text } = await track.clean({ all: true, force: true });
  expect(text).not.toContain("pending again");
  const { report, runner } = await track.implement(writesItsWord);
  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks).toEqual(["T002"]);
});

test("a branch of ours is gone on with after all we knew about it is lost", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(writesItsWord, { options: { merge: "branch" }, flags: { only: ["T001"] } });
  const landed = await track.repository.git("rev-parse", "mac/words");
  await rm((await track.state()).root, { recursive: true });
  const { report, runner } = await track.implement(writesItsWord, { options: { merge: "branch" } });
  expect(report.outcome).toEqual({ done: true });
  expect(runner.tasks).toEqual(["T002"]);
  expect(await track.repository.git("rev-parse", "mac/words^")).toBe(landed);
});

test("merged into another branch of the user's is merged; a branch checked out somewhere stays and is named", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  const { repository } = track;
  await track.implement(writesItsWord, { options: { merge: "branch" } });
  await repository.git("branch", "review", "mac/words");
  const linked = join(track.folder, "linked");
  await repository.git("worktree", "add", "--quiet", linked, "mac/words");

  const { text, outcome } = await track.clean({ all: true });
  expect(outcome).toEqual({ done: true });
  expect(text).toContain(`Kept: the branch mac/words: it is checked out in ${linked}`);
  expect(await repository.git("branch", "--list", "--format=%(refname:short)", "mac/*")).toBe("mac/words");
  expect(await refs(track, "refs/mac/tracks")).toHaveLength(1);

  await repository.git("worktree", "remove", linked);
  expect((await track.clean({ all: true })).outcome).toEqual({ done: true });
  expect(await repository.git("branch", "--list", "mac/*")).toBe("");
  expect(await refs(track, "refs/mac/kept/tracks/words")).toHaveLength(1);
});

test("an unfinished run: --all leaves it, --run refuses it, --force sets it aside with what its agent had not handed in", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  const run = await interruptedRun(track);
  const all = await track.clean({ all: true });
  expect(all.outcome).toEqual({ done: true });
  expect(all.text).toContain(`Kept: run ${run}: it is not finished`);
  const refused = await track.clean({ run });
  expect(refused.outcome).toEqual({ done: false, reason: expect.stringContaining("not finished: implement goes on") });

  const forced = await track.clean({ run, force: true });
  expect(forced.outcome).toEqual({ done: true });
  const kept = (await refs(track, `refs/mac/kept/${run}`)).map((line) => line.split(" ")[1]);
  const control = await track.control();
  const contents = await Promise.all(
    kept.map((ref) => control.git("show", `${ref}:${fileOf("T002")}`).catch(() => "")),
  );
  expect(contents).toContain("half");
});

test("a run whose journal lost its beginning: refused, set aside by --force; never moved where nothing tells its track", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  const run = await interruptedRun(track);
  const state = await track.state();
  const folder = state.runDirectory(run);
  await rm(join(folder, "events.jsonl"));
  const damaged = expect.stringContaining(`The journal of run ${run} is damaged at line 1`);
  expect((await track.clean({ run })).outcome).toEqual({ done: false, reason: damaged });

  const session = await readFile(join(folder, "session.json"), "utf8");
  await writeFile(join(folder, "session.json"), "garbage");
  const unknown = await track.clean({ run, force: true });
  expect(unknown.outcome).toEqual({ done: false, reason: damaged });
  expect(existsSync(folder)).toBe(true);

  await writeFile(join(folder, "session.json"), session);
  expect((await track.clean({ run, force: true })).outcome).toEqual({ done: true });
  expect(await readdir(state.keptRun(run))).toContain("session.json");
});

test("what an agent wrote before its process was killed is kept, named, and gone on from by the next implement", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  const program = join(import.meta.dir, "../implement/implementProcess.ts");
  const at = ["tasks/BACKLOG.yaml", "agent", "T001"];
  const child = Bun.spawn([process.execPath, program, track.folder, track.repository.path, ...at], { stdout: "pipe" });
  await child.stdout.getReader().read();
  child.kill("SIGKILL");
  await child.exited;

  const { text, outcome } = await track.clean();

  expect(outcome).toEqual({ done: true });
  expect(await readdir((await track.state()).root)).not.toContain("slot-1");
  expect(await readdir((await track.state()).indexes)).toEqual([]);
  const [, commit = ""] = /What T001 had not handed in: git --git-dir='[^']+' show ([0-9a-f]+)/.exec(text) ?? [];
  expect(await (await track.control()).git("show", `${commit}:${fileOf("T001")}`)).toBe("half of T001");
  let found = "";
  const { report } = await track.implement(
    scripted({
      T001: async (agent) => {
        found = await readFile(join(agent.directory, fileOf("T001")), "utf8");
        return writesItsWord(agent);
      },
    }),
  );
  expect(report.outcome).toEqual({ done: true });
  expect(found).toBe("half of T001\n");
});

test("a track with an unfinished run is left whole, so that what its finished runs landed can still be taken back", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(writesItsWord, { options: { merge: "branch" }, flags: { only: ["T001"] } });
  const finished = await latestRun(track);
  const open = await interruptedRun(track);
  expect(open).not.toBe(finished);

  const all = await track.clean({ all: true });
  expect(all.outcome).toEqual({ done: true });
  expect(all.text).toContain(`Kept: run ${finished}: its track has an unfinished run`);
  const refused = await track.clean({ run: finished });
  expect(refused.outcome).toEqual({ done: false, reason: expect.stringContaining(`an unfinished run, ${open}`) });
  expect((await listRuns((await track.state()).runs)).toSorted()).toEqual([finished, open].toSorted());
  expect((await track.rollback({ task: "T001" })).text).toContain("T001, pending again");

  expect((await track.clean({ run: finished, force: true })).outcome).toEqual({ done: true });
  expect(await listRuns((await track.state()).runs)).toEqual([open]);
});

test("rollback says of what was cleaned where it is kept", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(writesItsWord, { flags: { only: ["T001"] } });
  const run = await latestRun(track);
  const landed = await track.repository.git("rev-parse", "--short=9", "mac/words");
  await track.repository.git("merge", "--quiet", "--ff-only", "mac/words");
  expect((await track.clean({ all: true })).outcome).toEqual({ done: true });
  await expect(track.rollback({ task: "T001" })).rejects.toThrow(`Run ${run} was cleaned`);
  await expect(track.rollback({ to: landed })).rejects.toThrow(`Run ${run} was cleaned`);
  await expect(track.rollback({ task: "T002" })).rejects.not.toThrow("was cleaned");
});

test("rollback says it also while the track goes on", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(writesItsWord, { flags: { only: ["T001"] } });
  const first = await latestRun(track);
  await track.repository.commit("Statuses");
  await track.implement(writesItsWord);
  await track.clean({ run: first });
  await expect(track.rollback({ task: "T001" })).rejects.toThrow(`Run ${first} was cleaned`);
});

test("a live run keeps what it works with, and cannot be set aside", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  let reports: Awaited<ReturnType<Track["clean"]>>[] = [];
  const { report } = await track.implement(
    scripted({
      T002: async (agent) => {
        reports = [await track.clean(), await track.clean({ all: true, force: true })];
        return writesItsWord(agent);
      },
    }),
  );
  expect(report.outcome).toEqual({ done: true });
  const [plain, forced] = reports;
  expect(plain?.outcome).toEqual({ done: true });
  expect(plain?.text).toContain(`Kept: slot-1: process ${process.pid} works there (implement words)`);
  expect(forced?.outcome).toEqual({ done: false, reason: expect.stringContaining(`process ${process.pid}`) });
});

test("only the last run of a track takes the branch along", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(writesItsWord, { flags: { only: ["T001"] } });
  const first = await latestRun(track);
  await track.repository.commit("Statuses");
  await track.implement(writesItsWord);
  expect(await latestRun(track)).not.toBe(first);
  await track.repository.commit("Statuses, again");
  await track.repository.git("merge", "--quiet", "--no-edit", "mac/words");
  await track.clean({ run: first });
  expect(await track.repository.git("branch", "--list", "--format=%(refname:short)", "mac/*")).toBe("mac/words");
  expect((await track.clean({ all: true })).outcome).toEqual({ done: true });
  expect(await track.repository.git("branch", "--list", "mac/*")).toBe("");
});

test("what was cut off half way is finished by the next clean", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(writesItsWord);
  const run = await latestRun(track);
  const state = await track.state();
  const control = await track.control();
  const before = [...(await refs(track, `refs/mac/*/${run}/**`)), ...(await refs(track, "refs/mac/tracks"))];
  // As a clean that was killed before the folder was moved leaves it.
  for (const line of await refs(track, `refs/mac/*/${run}/**`)) {
    const [commit = "", ref = ""] = line.split(" ");
    const [, , kind, , ...rest] = ref.split("/");
    await control.git("update-ref", `refs/mac/kept/${run}/${kind}/${rest.join("/")}`, commit);
    await control.git("update-ref", "-d", ref);
  }
  await track.repository.git("branch", "--quiet", "-D", "mac/words");
  await rm(state.slotGit(1), { recursive: true });

  expect((await track.clean({ run })).outcome).toEqual({ done: true });
  expect(commitsOf(await refs(track, `refs/mac/kept/${run}`))).toEqual(commitsOf(before));
  expect(await listRuns(state.runs)).toEqual([]);
  expect(existsSync(state.slotDirectory(1))).toBe(false);
});

test("links are removed and never followed, modes are no obstacle, and what is not ours stays and is named", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(writesItsWord);
  const state = await track.state();
  const precious = join(track.folder, "precious");
  await mkdir(precious);
  await writeFile(join(precious, "file"), "precious");
  await rm(state.slotDirectory(1), { recursive: true });
  await symlink(precious, state.slotDirectory(1));
  await symlink(precious, join(state.gateDirectory(1), "link"));
  const locked = join(state.gateDirectory(1), "locked");
  await mkdir(locked);
  await writeFile(join(locked, "file"), "");
  await chmod(locked, 0o000);
  await mkdir(join(state.root, "slot-9"));
  await writeFile(join(state.root, "slot-9", "mine"), "mine");
  await writeFile(join(state.root, "notes.txt"), "mine");
  await writeFile(join(state.indexes, "mine"), "mine");

  const { text, outcome } = await track.clean();

  expect(outcome).toEqual({ done: true });
  expect(await readFile(join(precious, "file"), "utf8")).toBe("precious");
  expect(existsSync(state.gateDirectory(1))).toBe(false);
  expect(await readdir(state.root)).not.toContain("slot-1");
  expect(text).toContain(`Kept: ${join(state.root, "slot-9")}: no run made it`);
  expect(text).toContain(`Kept: ${join(state.root, "notes.txt")}: no run made it`);
  expect(await readFile(join(state.indexes, "mine"), "utf8")).toBe("mine");
});

test("a folder of ours that a link replaced leads nowhere else", async () => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(writesItsWord);
  const state = await track.state();
  const scratch = join(state.root, "scratch");
  const elsewhere = join(track.folder, "elsewhere");
  await mkdir(join(elsewhere, "slot-1"), { recursive: true });
  await rm(scratch, { recursive: true, force: true });
  await symlink(elsewhere, scratch);
  const { text } = await track.clean();
  expect(text).toContain("a link leads to it from somewhere else");
  expect(existsSync(join(elsewhere, "slot-1"))).toBe(true);
});

test("a live lease of any process keeps setup images; without one they go", async () => {
  await using track = await makeTrack({ tasks: PAIR, setup: ["mkdir -p packages && echo one > packages/one"] });
  await track.repository.write({ ".gitignore": "packages/\n" });
  await track.repository.commit("Ignore");
  await track.implement(writesItsWord);
  const state = await track.state();
  const images = await readdir(state.images);
  expect(images.length).toBeGreaterThan(0);
  const options = { identity: await currentProcessIdentity(), purpose: "implement others", timeoutMs: 0 };
  const lease = await acquireLock(state.gateLease(5), { ...options, clock: systemClock });
  expect((await track.clean()).text).toContain(`Kept: ${state.images}: process ${process.pid}`);
  expect(await readdir(state.images)).toEqual(images);
  if (lease.ok) await lease.value.release();
  await track.clean();
  expect(await readdir(state.images)).toEqual([]);
});

test.each([
  [{ run: "20260101-000000000-abcdef" }, /^No run '20260101-000000000-abcdef' is known here; the latest are /],
  [{ run: "../../.." }, /^No run '\.\.\/\.\.\/\.\.' is known here/],
  [{ force: true }, /^--force needs --run=<id> or --all/],
  [{ run: "x", all: true }, /^--run names one run and --all means all/],
])("%j is refused in one line, and nothing is removed", async (flags, message) => {
  await using track = await makeTrack({ tasks: PAIR });
  await track.implement(writesItsWord);
  await expect(track.clean(flags)).rejects.toThrow(message);
  expect(existsSync((await track.state()).slotDirectory(1))).toBe(true);
});
