import { expect, test } from "bun:test";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RunArtifacts } from "../../../src/implementation/artifacts/runArtifacts.ts";
import { readArtifacts } from "../../../src/recovery/artifacts/artifactLineage.ts";
import type { Artifact } from "../../../src/recovery/artifacts/artifactRecord.ts";
import { ArtifactStore } from "../../../src/recovery/artifacts/artifactStore.ts";
import { listRuns, readRunEvents } from "../../../src/recovery/runStore.ts";
import { fileOf, makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";

/** Of the latest run. */
async function artifactsOf(track: Track): Promise<readonly Artifact[]> {
  const state = await track.state();
  const [run = ""] = await listRuns(state.runs);
  const artifacts = await readArtifacts(state.runArtifacts(run));
  if (!artifacts.ok) throw new Error(artifacts.failure);
  return artifacts.value;
}

async function contentOf(track: Track, { id }: Artifact): Promise<string> {
  const read = await new ArtifactStore((await track.state()).artifacts).read(id);
  if (!read.ok) throw new Error(read.failure.message);
  return read.value;
}

/** Told apart from an example by what it is made of. */
const KEY = `ghp_${"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8".slice(0, 36)}`;

test("from the backlog to what landed, each step is kept with what it was made from, without keys", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }] });
  const { report } = await track.implement(
    scripted({
      T002: async (agent) => {
        if (agent.corrections.length === 0) {
          await agent.edit("readme.md", "not its file");
          await agent.use("bash", { does: "shell", command: `curl -H "Authorization: ${KEY}"` });
          await agent.edit(fileOf("T001"), "nor this one");
        }
        await agent.edit(fileOf("T002"), "word\n");
        return { status: "success", text: `Done with ${KEY}.` };
      },
    }),
  );
  expect(report.outcome).toEqual({ done: true });

  const artifacts = await artifactsOf(track);
  const of = (kind: Artifact["kind"], task?: string) =>
    artifacts.filter((artifact) => artifact.kind === kind && artifact.producer.task === task);
  const only = (kind: Artifact["kind"], task?: string) => {
    const [one, ...others] = of(kind, task);
    if (one === undefined || others.length > 0) throw new Error(`${1 + others.length} of ${kind} ${task}`);
    return one;
  };

  const backlog = only("backlog");
  const firstWork = only("work", "T001");
  const message = only("message", "T002");
  expect(message.consumes).toEqual([backlog.id, firstWork.id]);
  expect(JSON.parse(await contentOf(track, message)).prompt).toContain(fileOf("T002"));

  const calls = of("tool_result", "T002");
  expect(calls.map(({ call, consumes }) => [call?.tool, call?.paths, call?.outcome, consumes])).toEqual([
    ["write", ["readme.md"], "refused", [message.id]],
    ["bash", [], "ok", [message.id]],
    ["write", [fileOf("T001")], "refused", [message.id]],
    ["write", [fileOf("T002")], "ok", [message.id]],
  ]);
  const answer = only("answer", "T002");
  expect(answer.consumes).toEqual([message.id, ...calls.map(({ id }) => id)]);
  expect(answer).toMatchObject({
    schema: { name: "text", version: "1" },
    producer: { role: "worker", task: "T002", attempt: 1, session: expect.stringContaining("session-") },
  });
  const work = only("work", "T002");
  expect(work.consumes).toContain(answer.id);
  expect(JSON.parse(await contentOf(track, work))).toMatchObject({ paths: [fileOf("T002")] });
  const verified = of("verification", "T002");
  expect(verified.map(({ producer, consumes }) => [producer.role, consumes])).toContainEqual(["gate", [work.id]]);
  expect(artifacts.every(({ at }, index) => at >= (artifacts[index - 1]?.at ?? 0))).toBe(true);

  const contents = await Promise.all(artifacts.map((artifact) => contentOf(track, artifact)));
  expect(contents.join("\n")).not.toContain(KEY);
  expect(await contentOf(track, answer)).toBe("Done with [a GitHub token was here].");
});

test("what a failed check printed is kept, and is what the correction was made from", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001", acceptance: [{ run: `echo seen; grep -q word ${fileOf("T001")}` }] }],
    verify: [],
  });
  await track.implement(async (agent) => {
    await agent.edit(fileOf("T001"), agent.corrections.length === 0 ? "wrong\n" : "word\n");
    return undefined;
  });
  const artifacts = await artifactsOf(track);
  const corrections = artifacts.filter(({ kind }) => kind === "message").slice(1);
  const sources = artifacts.filter(({ id }) => corrections[0]?.consumes.includes(id));
  expect([...new Set(sources.map(({ kind }) => kind))].sort()).toEqual(["answer", "verification"]);
  const checks = sources.filter(({ kind }) => kind === "verification");
  expect(JSON.parse(await contentOf(track, checks[0] as Artifact))).toMatchObject({ passed: false, output: "seen" });
});

test("X8: from journal and lineage the exact sequence of a task's file changes can be told", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001", files: ["words/*.txt"] }], verify: [] });
  await track.implement(async (agent) => {
    await agent.edit("words/a.txt", "one\n");
    await agent.options.supervisor?.amendScope({ paths: ["more/b.txt"], reason: "it belongs to it" });
    await agent.edit("src/index.ts", "no\n");
    await agent.edit("words/a.txt", "two\n");
    return undefined;
  });
  const state = await track.state();
  const [run = ""] = await listRuns(state.runs);
  const events = await readRunEvents(state.runs, run);
  if (!events.ok) throw new Error(events.failure.message);
  const calls = (await artifactsOf(track)).flatMap(({ at, call, producer }) =>
    call ? [{ at, ...call, producer }] : [],
  );

  expect(calls.map(({ paths, outcome }) => [paths[0], outcome])).toEqual([
    ["words/a.txt", "ok"],
    ["src/index.ts", "refused"],
    ["words/a.txt", "ok"],
  ]);
  expect(calls.every(({ at, producer }) => at > 0 && producer.attempt === 1)).toBe(true);
  expect(events.value.filter(({ type }) => type === "write_refused")).toMatchObject([{ path: "src/index.ts" }]);
  const captured = events.value.flatMap((event) => (event.type === "work_captured" ? [event] : []));
  const control = await track.control();
  expect(await control.git("show", `${captured[0]?.commit}:words/a.txt`)).toBe("two");
  // Also once it has landed, what was captured stays reachable.
  const pinned = await control.git("for-each-ref", "--format=%(objectname)", "refs/mac/turns");
  expect(pinned.split("\n")).toEqual(captured.map(({ commit }) => commit));
});

test("a store that cannot be written is one warning; the run goes on without it", async () => {
  await using track = await makeTrack();
  const { root, artifacts } = await track.state();
  await mkdir(root, { recursive: true });
  await writeFile(artifacts, "in the way");
  const { report, progress } = await track.implement(writesItsWord);
  expect(report.outcome).toEqual({ done: true });
  expect(progress.split("is not kept in this run")).toHaveLength(2);
  await rm(artifacts);
});

test("a damaged lineage stops nothing either, and is left as it is for a person", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }] });
  const abort = new AbortController();
  await track.implement(
    scripted({
      T002: async (agent) => {
        abort.abort();
        return agent.hang();
      },
    }),
    { signal: abort.signal },
  );
  const state = await track.state();
  const [run = ""] = await listRuns(state.runs);
  const path = state.runArtifacts(run);
  const damaged = (await readFile(path, "utf8")).replace("backlog", "bookmark");
  await writeFile(path, damaged);
  await chmod(path, 0o600);
  const { report, progress } = await track.implement(writesItsWord);
  expect(report.outcome).toEqual({ done: true });
  expect(progress).toContain("is damaged at line 1");
  expect(await readFile(path, "utf8")).toBe(damaged);
});

test("two tracks at once in one process share a store, and each has its own lineage", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }] });
  const text = await readFile(track.backlogFile, "utf8");
  const others = text.replaceAll("t00", "u00").replace("track_id: words", "track_id: others");
  await track.repository.write({ "tasks/OTHERS.yaml": others });
  const base = await track.repository.git("rev-parse", "HEAD");

  const [words, other] = await Promise.all([
    track.implement(writesItsWord, { options: { merge: "branch" } }),
    track.implement(
      async (agent) => {
        await agent.write({ [fileOf(agent.task).replace("t0", "u0")]: "word\n" });
        return undefined;
      },
      { flags: { backlogFile: "tasks/OTHERS.yaml" }, options: { merge: "branch" } },
    ),
  ]);
  expect([words.report.outcome, other.report.outcome]).toEqual([{ done: true }, { done: true }]);
  expect(await track.landed(base, "mac/words")).toHaveLength(2);
  expect(await track.landed(base, "mac/others")).toHaveLength(2);

  const state = await track.state();
  const store = new ArtifactStore(state.artifacts);
  const runs = await listRuns(state.runs);
  expect(runs).toHaveLength(2);
  for (const run of runs) {
    const read = await readArtifacts(state.runArtifacts(run));
    const artifacts = read.ok ? read.value : [];
    expect(artifacts.filter(({ kind }) => kind === "message").map(({ producer }) => producer.task)).toEqual([
      "T001",
      "T002",
    ]);
    for (const { id } of artifacts) expect(await store.read(id)).toMatchObject({ ok: true });
  }
});

test("a run that is stopped waits a second for a disk that does not answer, and no longer", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }] });
  const warnings: string[] = [];
  class StuckStore extends ArtifactStore {
    override put(): Promise<never> {
      return new Promise(() => undefined);
    }
  }
  const clock = { now: () => 7 };
  const artifacts = await RunArtifacts.open({
    store: new StuckStore(track.folder),
    lineagePath: join(track.folder, "artifacts.jsonl"),
    journal: { clock, epoch: 1, assertOwned: async () => undefined },
    mask: async (text) => text,
    ...{ clock, warn: (message: string) => warnings.push(message) },
  });
  artifacts.note({
    ...{ kind: "answer", schema: { name: "text", version: "1" }, content: "Done." },
    ...{ producer: { role: "worker" }, consumes: [] },
  });
  const stopped = new AbortController();
  const startedAt = performance.now();
  const closed = artifacts.close(stopped.signal);
  stopped.abort();
  await closed;
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  expect(warnings.join()).toContain("keeping what agents did took longer than 1 s");
});
