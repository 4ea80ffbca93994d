import { expect, test } from "bun:test";
import { fileOf, makeTrack, writesItsWord } from "../../support/track.ts";

test("what the repository cannot bear is refused with its place, before anything is spent", async () => {
  await using track = await makeTrack({
    tasks: [
      { id: "T001", acceptance: [{ run: "no-such-checker words" }] },
      { id: "T002", acceptance: [{ run: "git push" }] },
      { id: "T003", files: ["build/out.txt"] },
    ],
  });
  await track.repository.write({ ".gitignore": "build/\n" });
  await track.repository.commit("Ignore build");
  const refused = track.implement(writesItsWord);
  await expect(refused).rejects.toThrow(
    /BACKLOG\.yaml:\d+:\d+ task T001 field acceptance: "no-such-checker words" needs `no-such-checker`, which is not/u,
  );
  await expect(refused).rejects.toThrow('task T002 field acceptance: "git push" publishes commits');
  await expect(refused).rejects.toThrow('task T003 field files: "build/out.txt" is ignored by git');
  expect(await track.repository.git("branch", "--list", "mac/*")).toBe("");
});

test("a list in the wrong order is worked in the right one, and warnings are told once", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T002", depends_on: ["T001"], acceptance: [{ run: "true" }] }, { id: "T001" }],
  });
  const base = await track.repository.git("rev-parse", "HEAD");
  const { report, progress } = await track.implement(writesItsWord);
  expect(report.outcome).toEqual({ done: true });
  expect(await track.landed(base)).toEqual([`T001: Write ${fileOf("T001")}`, `T002: Write ${fileOf("T002")}`]);
  expect(progress.match(/T002 is listed before T001, which it depends on; it is worked after it/gu)).toHaveLength(1);
  expect(progress.match(/"true" passes whatever the task does/gu)).toHaveLength(1);
  expect(Object.keys(await track.statuses())).toEqual(["T002", "T001"]);
});

test("a program that the setup of the options may install is a warning only", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001", acceptance: [{ run: "test -f made && no-such-tool" }] }],
  });
  const options = { setup: ["touch made"], maxAttempts: 1 };
  const { progress } = await track.implement(writesItsWord, { options });
  expect(progress).toContain("warning: task T001 field acceptance");
});
