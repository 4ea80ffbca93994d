import { expect, setDefaultTimeout, test } from "bun:test";
import { leftBy } from "../support/leftBy.ts";
import type { RunningOpencode } from "../support/opencode.ts";
import { makeStoppingPlaces } from "../support/stoppingPlaces.ts";
import { statuses } from "../support/words.ts";

setDefaultTimeout(400_000);

/** Every place there is, over scripted agents in one process: tests/sweeps/kills.ts. */
test("OpenCode killed in an agent's command, in verify and after a landing: the run ends as if it had not been", async () => {
  await using places = await makeStoppingPlaces();
  const { repository } = places.scene;
  const before = await repository.git("rev-parse", "HEAD");
  const kill = async (running: RunningOpencode) => {
    running.signal("SIGKILL");
    expect((await running.finished).exitCode).toBeNull();
    expect(await repository.git("rev-parse", "HEAD")).toBe(before);
    expect(await repository.git("status", "--porcelain", "--", ":!tasks")).toBe("");
  };

  await kill(await places.inCommand());
  await kill(await places.inVerify());
  await kill(await places.inModel());
  places.clear();
  const { exitCode, stderr } = await places.scene.opencode("run", "implement");

  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(await statuses(repository)).toEqual({ T001: "complete", T002: "complete" });
  const log = await repository.git("log", "--reverse", "--format=%s", `${before}..main`);
  expect(log).toBe("T001: Write words/t001.txt\nT002: Write words/t002.txt");
  expect(await repository.git("diff", "--name-only", before, "main")).toBe("words/t001.txt\nwords/t002.txt");
  expect(await repository.git("grep", "-h", "", "main", "--", "words/t00*.txt")).toBe("word\nword");
  // The lease of a slot that a dead process held is taken over by who needs the slot next: this run needed one.
  expect((await leftBy(places.scene)).filter((left) => !left.endsWith(".lease"))).toEqual([]);
});
