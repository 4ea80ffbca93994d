import { expect, test } from "bun:test";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileOf, makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";

const TASKS = [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }, { id: "T003", depends_on: ["T002"] }];
const UNDO = { options: { failurePolicy: "undo", maxAttempts: 1, maxSelfCorrections: 0 } };

/** T003 does what does not pass; T001 and T002 have landed by then. */
const lastFails = scripted({
  T003: async (agent) => {
    await agent.write({ [fileOf("T003")]: "Not a word!\n" });
    return undefined;
  },
});

const treeOf = (track: Track, commit: string) => track.repository.git("rev-parse", `${commit}^{tree}`);

test("failurePolicy undo: what the run had landed is taken back in reverse, as one verified commit that can be taken back", async () => {
  await using track = await makeTrack({ tasks: TASKS });
  const base = await track.repository.git("rev-parse", "HEAD");

  const { report } = await track.implement(lastFails, UNDO);

  expect(await treeOf(track, "mac/words")).toBe(await treeOf(track, base));
  expect(await track.repository.git("rev-parse", "main")).toBe(base);
  expect(await track.landed(base)).toEqual([
    ...["T001", "T002"].map((id) => `${id}: Write ${fileOf(id)}`),
    "Undo T002, T001, verified together",
  ]);
  expect(await track.statuses()).toEqual({ T001: "pending", T002: "pending", T003: "failed" });
  expect(report.text).toContain(
    "T003 failed for good, so what this run had landed was taken back (failurePolicy: undo)",
  );
  expect(report.outcome).toMatchObject({
    done: false,
    reason: expect.stringContaining("set the status of T003 to pending and run implement again"),
  });

  const [, to = ""] = /--to=([0-9a-f]+)/.exec(report.text) ?? [];
  expect((await track.rollback({ to })).text).toContain("Brought back: T001, T002, complete again.");
  await track.setStatus("T003", "pending");
  const again = await track.implement(writesItsWord, UNDO);
  expect(again.runner.tasks).toEqual(["T003"]);
  expect(again.report.outcome).toEqual({ done: true });
});

test("failurePolicy undo: what earlier runs landed stays", async () => {
  await using track = await makeTrack({ tasks: TASKS });
  await track.implement(writesItsWord, { flags: { only: ["T001"] } });
  await track.implement(lastFails, UNDO);
  expect(await track.statuses()).toEqual({ T001: "complete", T002: "pending", T003: "failed" });
});

test("failurePolicy undo: what cannot be taken back is left to a person, with the reason and the command", async () => {
  await using track = await makeTrack({ tasks: TASKS });
  const base = await track.repository.git("rev-parse", "HEAD");
  const broken = join(track.folder, "broken");
  const git = `#!/bin/sh
case "$*" in *merge-tree*) if [ -e '${broken}' ]; then echo 'the disk is full' >&2; exit 128; fi;; esac
exec '${Bun.which("git")}' "$@"
`;
  await mkdir(join(track.folder, "bin"));
  await writeFile(join(track.folder, "bin/git"), git, { mode: 0o755 });

  const { report } = await track.implement(
    scripted({
      T003: async (agent) => {
        await writeFile(broken, "");
        await agent.write({ [fileOf("T003")]: "Not a word!\n" });
        return undefined;
      },
    }),
    { ...UNDO, environment: { PATH: `${join(track.folder, "bin")}:${track.environment.PATH}` } },
  );

  const reason = report.outcome.done ? "" : report.outcome.reason;
  expect(reason).toStartWith("T003 failed for good, and what this run had landed could not be taken back: Nothing was");
  expect(reason).toContain("the disk is full");
  expect(reason).toEndWith(`opencode run rollback -- --to=${base.slice(0, 9)}`);
  expect(await track.landed(base)).toHaveLength(2);
  await rm(broken);
  expect((await track.rollback({ to: base.slice(0, 9) })).text).toContain("Undone: T002, T001, pending again.");
});
