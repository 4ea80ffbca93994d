import { expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { passed, runShellCommand } from "../../../src/core/shell.ts";
import { DIAMOND, fileOf, makeTrack, scripted, VERIFY, writesItsWord } from "../../support/track.ts";

test("a diamond of six with three workers: all land, in an order the graph allows, at most three at once", async () => {
  await using track = await makeTrack();
  const { repository } = track;
  const base = await repository.git("rev-parse", "HEAD");

  const { report, runner } = await track.implement(async (agent) => {
    // The middle of the diamond starts only when three are there: fewer, and the test never ends.
    if (["T002", "T003", "T004"].includes(agent.task)) await agent.company(3);
    return writesItsWord(agent);
  });

  expect(report.outcome).toEqual({ done: true });
  expect(runner.mostAtWork).toBe(3);
  expect(Object.values(await track.statuses())).toEqual(Array(6).fill("complete"));
  const subjects = await track.landed(base);
  expect([...subjects].sort()).toEqual(DIAMOND.map(({ id }) => `${id}: Write ${fileOf(id)}`));
  expect(subjects[0]).toStartWith("T001");
  expect(subjects[5]).toStartWith("T006");
  expect(report.text).toContain("6 of 6 tasks landed on mac/words");
  expect(report.text).toContain("at most 3 tasks at once");
  expect(report.text).toContain("Untouched:");
  expect(await repository.git("rev-parse", "main")).toBe(await repository.git("rev-parse", "mac/words"));
  expect(await readFile(join(repository.path, fileOf("T006")), "utf8")).toBe("word\n");
});

test("every first-parent commit passes verify, and says which task, run, attempt and model it is of, by the user", async () => {
  await using track = await makeTrack({ tasks: DIAMOND.slice(0, 4) });
  const { repository } = track;
  const base = await repository.git("rev-parse", "HEAD");

  await track.implement(writesItsWord);

  const commits = (await repository.git("rev-list", "--first-parent", `${base}..mac/words`)).split("\n");
  expect(commits).toHaveLength(4);
  for (const commit of commits) {
    const place = join(track.folder, "check");
    await repository.git("worktree", "add", "--quiet", "--detach", place, commit);
    const environment = { PATH: process.env.PATH ?? "" };
    const outcome = await runShellCommand(VERIFY, { cwd: place, env: environment, timeoutMs: 10_000 });
    expect(passed(outcome)).toBe(true);
    await repository.git("worktree", "remove", "--force", place);

    const [people, body = ""] = (await repository.git("log", "-1", "--format=%an <%ae> %cn%x00%B", commit)).split("\0");
    expect(people).toBe("Ada Example <ada@example.com> Ada Example");
    const id = /^(T\d+): Write /.exec(body)?.[1];
    expect(body).toMatch(/\nMac-Run: \d{8}-\d{9}-[0-9a-f]{6}\n/);
    expect(body).toContain(`\nMac-Task: ${id}\nMac-Attempt: 1\nMac-Model: test/worker`);
  }
});

test("tasks that share a slot see nothing of each other but what has landed", async () => {
  const tasks = [{ id: "T001" }, { id: "T002" }, { id: "T003" }];
  await using track = await makeTrack({ tasks, files: { ".gitignore": "*.log\n" } });
  const seen: Record<string, string[]> = {};

  const { runner } = await track.implement(
    async (agent) => {
      seen[agent.task] = await agent.files();
      await agent.write({
        [`${agent.task}.log`]: "ignored",
        "nested/.git/config": "[core]",
        [fileOf(agent.task)]: "word\n",
      });
      return undefined;
    },
    { flags: { workers: 1 } },
  );

  expect(new Set(runner.agents.map((agent) => agent.directory)).size).toBe(1);
  const committed = [".gitignore", "tasks/BACKLOG.yaml", "words/first.txt"];
  expect(seen.T001).toEqual(committed);
  expect(seen.T002).toEqual([...committed, fileOf("T001")].sort());
  expect(seen.T003).toEqual([...committed, fileOf("T001"), fileOf("T002")].sort());
});

test("an agent starts from what its dependencies landed", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }] });
  let found = "";
  const { runner } = await track.implement(
    scripted({
      T002: async (agent) => {
        found = await readFile(join(agent.directory, fileOf("T001")), "utf8");
        return writesItsWord(agent);
      },
    }),
  );
  expect(found).toBe("word\n");
  expect(runner.tasks).toEqual(["T001", "T002"]);
});

test("a task that may be empty lands without a change", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001", allow_empty: true, files: [] }] });
  const base = await track.repository.git("rev-parse", "HEAD");
  const { report } = await track.implement(async () => undefined);
  expect(report.outcome.done).toBe(true);
  expect(await track.landed(base)).toEqual(["T001: Write words/t001.txt"]);
  expect(await track.repository.git("diff", "--stat", base, "mac/words")).toBe("");
});

test("setup prepares the agent's work tree and the gate, and what it makes does not land", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001", acceptance: [{ run: "test -f prepared" }] }],
    setup: ["touch prepared"],
    verify: ["test -f prepared"],
    files: { ".gitignore": "prepared\n" },
  });
  const { report } = await track.implement(writesItsWord);
  expect(report.outcome.done).toBe(true);
  expect(await track.repository.git("ls-tree", "-r", "--name-only", "mac/words")).not.toContain("prepared");
});

test("an agent that commits, plants hooks and stashes in its work tree changes none but that", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }] });
  const { repository } = track;
  const witness = join(track.folder, "ran");
  const base = await repository.git("rev-parse", "HEAD");

  const { report } = await track.implement(
    async (agent) => {
      const hook = `printf '#!/bin/sh\\necho x > ${witness}\\n' > "$(git rev-parse --git-common-dir)/hooks/post-checkout"`;
      await agent.write({ "stray.txt": "x" });
      await inShell(agent.directory, "git add stray.txt && git stash --quiet && git tag mine && git branch ours");
      await inShell(agent.directory, `mkdir -p "$(git rev-parse --git-common-dir)/hooks" && ${hook}`);
      await inShell(
        agent.directory,
        "chmod +x $(git rev-parse --git-common-dir)/hooks/*; git config core.hooksPath hooks",
      );
      await agent.write({ [fileOf(agent.task)]: "word\n" });
      await inShell(agent.directory, "git add -A && git -c core.hooksPath=/dev/null commit --quiet -m 'By myself'");
      return undefined;
    },
    { flags: { workers: 1 } },
  );

  expect(report.outcome).toEqual({ done: true });
  expect(await track.landed(base)).toEqual(["T001: Write words/t001.txt", "T002: Write words/t002.txt"]);
  expect(await repository.git("diff", "--name-only", base, "main")).toBe("words/t001.txt\nwords/t002.txt");
  expect(await repository.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/mac/words\nrefs/heads/main");
  expect(await Bun.file(witness).exists()).toBe(false);
});

test("names that are hard to quote, modes and bytes arrive as they were written", async () => {
  await using track = await makeTrack({ tasks: [{ id: "T001", files: ["odd/**"] }], verify: [] });
  const names = ["-rf", "ümläut.txt", "a 'b' \"c\"", "tab\tstop", "back\\slash", "run.sh"];

  const { report } = await track.implement(async (agent) => {
    for (const name of names) await agent.write({ [`odd/${name}`]: "\u0000\r\n" });
    await inShell(agent.directory, "chmod +x odd/run.sh");
    return undefined;
  });

  expect(report.outcome).toEqual({ done: true });
  const listed = await track.repository.git("ls-tree", "-r", "-z", "--name-only", "main", "odd/");
  expect(
    listed
      .split("\0")
      .filter((name) => name !== "")
      .sort(),
  ).toEqual(names.map((name) => `odd/${name}`).sort());
  expect(await track.repository.git("ls-tree", "main", "odd/run.sh")).toStartWith("100755");
  for (const name of names) {
    expect(await readFile(join(track.repository.path, "odd", name), "utf8")).toBe("\u0000\r\n");
  }
});

async function inShell(directory: string, command: string): Promise<void> {
  const env = { PATH: process.env.PATH ?? "", HOME: directory };
  const outcome = await runShellCommand(command, { cwd: directory, env, timeoutMs: 10_000 });
  if (!passed(outcome)) throw new Error(`${command}: ${outcome.stderr}`);
}
