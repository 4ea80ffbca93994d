import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, existsSync, mkdirSync, openSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fastForwardUserBranch } from "../../../src/git/fastForward.ts";
import { removeStaleLocks } from "../../../src/git/staleLocks.ts";
import { createTrackBranch, publishTrackBranch } from "../../../src/git/trackBranch.ts";
import { Sandbox, type Workplace } from "./support.ts";

let sandbox: Sandbox;
let place: Workplace;

beforeEach(async () => {
  sandbox = new Sandbox();
  sandbox.repository("project");
  place = await sandbox.open("project");
});

afterEach(() => sandbox.remove());

/** A lock file as a git that was killed a minute ago leaves it. */
function plantLock(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
  const then = new Date(Date.now() - 60_000);
  utimesSync(path, then, then);
  return path;
}

const inControl = (path: string) => plantLock(join(place.control.directory, path));

/** Everything that writes a ref, or an index, and the locks that can stand in its way. */
const WRITES: Record<string, readonly [locks: () => string[], act: () => Promise<unknown>]> = {
  updateRef: [
    () => [inControl("refs/mac/a.lock")],
    () => place.control.updateRef("refs/mac/a", place.user.head, undefined),
  ],
  pin: [() => [inControl("refs/mac/a.lock")], () => place.control.pin("refs/mac/a", place.user.head)],
  "keepAs, which rewrites packed refs": [
    () => [inControl("refs/mac/kept/a.lock"), inControl("packed-refs.lock")],
    async () => {
      await place.control.pin("refs/mac/b", place.user.head);
      await place.control.keepAs([{ from: "refs/mac/b", to: "refs/mac/kept/a", commit: place.user.head }]);
    },
  ],
  snapshot: [
    () => [plantLock(join(place.state.indexes, "slot-1.lock"))],
    async () => {
      await place.slot.rebuild(place.user.head);
      await place.snapshot();
    },
  ],
  "treeWithout, the difference of a work tree and its rebuild": [
    () => ["part.lock", "worker-1-checkout.lock", "worker-1-checkout-compared.lock"].map(plantIndexLock),
    async () => {
      await place.slot.rebuild(place.user.head);
      await place.slot.difference();
      const work = await place.work({ "b.txt": "two\n" });
      const indexFile = join(place.state.indexes, "part");
      await place.control.treeWithout(place.user.head, work, new Set(["b.txt"]), indexFile);
    },
  ],
};

function plantIndexLock(name: string): string {
  return plantLock(join(place.state.indexes, name));
}

for (const [name, [plant, act]] of Object.entries(WRITES)) {
  test(`a lock that a killed git left is no obstacle: ${name}`, async () => {
    const locks = plant();
    const startedAt = performance.now();
    await act();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(locks.filter((lock) => existsSync(lock))).toEqual([]);
  });
}

test("a lock that was left a moment ago is mended within the same call", async () => {
  const lock = inControl("refs/mac/a.lock");
  utimesSync(lock, new Date(), new Date());
  await place.control.pin("refs/mac/a", place.user.head);
  expect(await place.control.readRef("refs/mac/a")).toBe(place.user.head);
}, 15_000);

test.skipIf(process.platform !== "linux")("a lock that a process has open is no left one", async () => {
  const lock = inControl("refs/mac/a.lock");
  const file = openSync(lock, "r");
  try {
    expect(await removeStaleLocks(place.control.directory, place.state.indexes)).toEqual([]);
  } finally {
    closeSync(file);
  }
  expect(await removeStaleLocks(place.control.directory, place.state.indexes)).toEqual([lock]);
});

test("a lock in the user's own repository is waited for, named, and stays: branch and fast-forward", async () => {
  const { user, control } = place;
  const next = await place.work({ "b.txt": "two\n" });
  await createTrackBranch(sandbox.git, user, control, "words", user.head);
  await createTrackBranch(sandbox.git, user, control, "ahead", next);
  const locks = ["refs/heads/mac/words.lock", "refs/heads/mac/others.lock", "index.lock"];
  const [words, others, index] = locks.map((file) => plantLock(join(user.commonDir, file)));

  const [published, made, moved] = await Promise.all([
    publishTrackBranch(sandbox.git, user, control, "words", next, user.head),
    createTrackBranch(sandbox.git, user, control, "others", user.head),
    fastForwardUserBranch(sandbox.git, user, { to: next, trackBranch: "mac/ahead" }),
  ]);

  expect(published).toMatchObject({ failure: { failure: { message: expect.stringContaining(String(words)) } } });
  expect(made).toMatchObject({ kind: "refused", reason: "locked", message: expect.stringContaining(`rm '${others}'`) });
  expect(moved).toMatchObject({ kind: "left", reason: expect.stringContaining(`rm '${index}'`) });
  for (const lock of [words, others, index]) expect(existsSync(String(lock))).toBe(true);
  expect(sandbox.run("project", "rev-parse", "HEAD")).toBe(user.head);
}, 20_000);
