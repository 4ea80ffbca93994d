import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UNCONFINED } from "../../../src/core/confinement.ts";
import { Slot } from "../../../src/git/slot.ts";
import { Gate } from "../../../src/implementation/landing/gate.ts";
import { SlotSetup } from "../../../src/implementation/slots/slotSetup.ts";
import { Sandbox, type Workplace } from "../git/support.ts";

let sandbox: Sandbox;
let place: Workplace;
let slot: Slot;
let gate: Gate;

beforeEach(async () => {
  sandbox = new Sandbox();
  sandbox.repository("user", { ".gitignore": "*.log\n", "src/a.txt": "a\n", "src/b.txt": "b\n", "top.txt": "top\n" });
  place = await sandbox.open("user");
  const { control, state, user } = place;
  slot = await Slot.open(sandbox.git, state, user, control, "gate", 1);
  const signal = new AbortController().signal;
  const limits = { environment: sandbox.environment, timeoutMs: 20_000, signal };
  const images = { git: sandbox.git, control, state, gate: slot, copied: [], warn: () => undefined };
  const setup = new SlotSetup({ ...limits, ...images, commands: [], confine: () => UNCONFINED });
  gate = new Gate(slot, setup, { ...limits, confine: () => UNCONFINED });
});
afterEach(async () => {
  await gate.idle();
  sandbox.remove();
});

const UNTOUCHED =
  'test "$(cat src/a.txt src/b.txt top.txt)" = "$(printf "a\\nb\\ntop")" && test "$(ls -A | wc -l)" = 4';

const DEEDS = {
  "changed a file and put its times back":
    "touch -r top.txt ref.log; printf 'TOP\\n' > top.txt; touch -r ref.log top.txt",
  "deleted files of the commit": "rm -r src top.txt",
  "left ignored files and folders": "mkdir -p deep/er; touch deep/er/x.log x.log src/x.log",
  "replaced a folder by a link": "mv src ../moved-away; ln -s ../moved-away src",
  "took permissions away": "chmod 000 src/a.txt; chmod 555 src",
  "committed in the gate": "printf 'x\\n' > top.txt; git add -A; git -c user.name=a -c user.email=a@b commit -qm x",
  "left nothing at all": "rm -rf .git * .gitignore",
};

for (const [what, deed] of Object.entries(DEEDS)) {
  test(`a check finds the commit alone after one that ${what}, at once or later`, async () => {
    const next = sandbox.commit("user", { "more/c.txt": "c\n" }, "next");
    for (const wait of [() => gate.idle(), async () => undefined]) {
      expect(await gate.check(place.user.head, [UNTOUCHED, deed])).toBeUndefined();
      await wait();
      expect(await gate.check(place.user.head, [UNTOUCHED])).toBeUndefined();
      expect(await gate.check(next, ["test -f more/c.txt", deed])).toBeUndefined();
      await wait();
    }
    expect(await gate.check(place.user.head, [UNTOUCHED, "test ! -e more"])).toBeUndefined();
  });
}

test("when it is idle, what a check left has been cleared away, and files it left alone are the same", async () => {
  await gate.check(place.user.head, ["true"]);
  await gate.idle();
  await gate.check(place.user.head, ["touch stray.log; printf 'x\\n' > top.txt"]);
  await gate.idle();
  expect(existsSync(join(slot.directory, "stray.log"))).toBe(false);
  expect(readFileSync(join(slot.directory, "top.txt"), "utf8")).toBe("top\n");
});

test("what is looked at after a check does not show in the next one", async () => {
  await gate.check(place.user.head, ["true"]);
  await gate.look(["rm top.txt; touch stray.txt"], {});
  expect(await gate.check(place.user.head, [UNTOUCHED])).toBeUndefined();
});

test("a check that fails for its commit does not spoil the next", async () => {
  await expect(gate.check("0".repeat(40), ["true"])).rejects.toThrow();
  expect(await gate.check(place.user.head, [UNTOUCHED])).toBeUndefined();
});
