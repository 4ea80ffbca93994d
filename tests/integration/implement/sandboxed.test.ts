import { expect, test } from "bun:test";
import { whyNoSandbox } from "../../support/confinedSlot.ts";
import { fileOf, makeTrack, writesItsWord } from "../../support/track.ts";

const missing = await whyNoSandbox();
const needsSandbox = test.skipIf(missing !== undefined);

needsSandbox("packages that setup installs outside of the work tree are there for acceptance and verify", async () => {
  const installed = 'grep -q package "$CARGO_HOME/registry/one"';
  await using track = await makeTrack({
    tasks: [{ id: "T001", acceptance: [{ run: `${installed} && test -s ${fileOf("T001")}` }] }],
    setup: ['mkdir -p "$CARGO_HOME/registry" && echo package > "$CARGO_HOME/registry/one"'],
    verify: [installed],
  });
  const { report } = await track.implement(writesItsWord);
  expect(report.outcome).toEqual({ done: true });
  expect(await track.statuses()).toEqual({ T001: "complete" });
});

needsSandbox("copied files are at hand for every command, and never land", async () => {
  await using track = await makeTrack({
    tasks: [{ id: "T001", acceptance: [{ run: `grep -q secret .env && test -s ${fileOf("T001")}` }] }],
    verify: ["grep -q secret .env"],
  });
  await track.repository.write({ ".env": "TOKEN=secret\n" });
  const { report } = await track.implement(writesItsWord, { options: { copy: [".env"] } });
  expect(report.outcome).toEqual({ done: true });
  const landed = await track.repository.git("ls-tree", "-r", "--name-only", "mac/words");
  expect(landed.split("\n")).not.toContain(".env");
});

test("a copied file that is missing is refused before anything runs", async () => {
  await using track = await makeTrack();
  const refused = track.implement(writesItsWord, { options: { copy: [".env"] } });
  expect(refused).rejects.toThrow("The option copy names '.env'");
  await refused.catch(() => undefined);
  expect(await track.repository.git("branch", "--list", "mac/*")).toBe("");
});
