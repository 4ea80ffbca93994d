// A slot with 1 GB of dependencies: copied from the setup image, and after a task that left caches in them.
// The file system is that of the temporary folder: TMPDIR=/some/btrfs npm run bench -- setup
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UNCONFINED } from "../src/core/confinement.ts";
import { Slot } from "../src/git/slot.ts";
import { SlotSetup } from "../src/implementation/slots/slotSetup.ts";
import { measureInTurns, printTable, timed } from "./measure.ts";
import { makeWorkplace } from "./workplace.ts";

const ROUNDS = 3;
const PACKAGES = 800;
const FILES_EACH = 50;
const BYTES_EACH = 26_000;

await using workplace = await makeWorkplace(500);
const { control, folder, git, repository, state, user } = workplace;
const gate = await Slot.open(git, state, user, control, "gate", 1);
const source = join(folder, "installed");
await writePackages(source);

const setupOf = () =>
  new SlotSetup({
    ...{ git, control, state, gate, copied: [], environment: { PATH: process.env.PATH ?? "", HOME: folder } },
    commands: [`cp -a --reflink=auto "${source}" node_modules`],
    confine: () => UNCONFINED,
    timeoutMs: 600_000,
    signal: new AbortController().signal,
    warn: console.error,
  });
const prepare = async (setup: SlotSetup, slot: Slot) => {
  const failed = await setup.prepare(slot, user.head);
  if (failed !== undefined) throw new Error(failed.output);
};

const setup = setupOf();
await setup.inGate(() => prepare(setup, gate));
const used = await Slot.open(git, state, user, control, "worker", 1);
await prepare(setup, used);
const plain = join(repository.path, "node_modules");

const rows = await measureInTurns(ROUNDS, {
  "ours, after a task": () =>
    timed(
      () => prepare(setup, used),
      () => workIn(used.directory),
    ),
  "ours, a slot's first time": async (round) => {
    const fresh = await Slot.open(git, state, user, control, "worker", 2 + round);
    return timed(
      () => prepare(setup, fresh),
      () => fresh.discard(),
    );
  },
  "the folder removed and copied": () =>
    timed(async () => {
      await rm(plain, { recursive: true, force: true });
      await Bun.$`cp -a ${source} ${plain}`.quiet();
    }),
});
const size = (PACKAGES * FILES_EACH * BYTES_EACH) / 1e9;
printTable({
  title: `A slot with ${size.toFixed(1)} GB of dependencies in ${PACKAGES * FILES_EACH} files`,
  unit: "ms",
  rows,
});

async function writePackages(root: string): Promise<void> {
  const data = crypto.getRandomValues(new Uint8Array(60_000));
  for (let number = 0; number < PACKAGES; number++) {
    const lib = join(root, `package-${number}`, "lib");
    await mkdir(lib, { recursive: true });
    for (let file = 0; file < FILES_EACH; file++) {
      await writeFile(join(lib, `file-${file}.js`), data.subarray(file * 100, file * 100 + BYTES_EACH));
    }
  }
}

/** What tests leave in installed packages: a cache, and one file that was patched. */
async function workIn(directory: string): Promise<void> {
  await mkdir(join(directory, "node_modules/.cache/deep"), { recursive: true });
  await writeFile(join(directory, "node_modules/.cache/deep/entry"), "x");
  await writeFile(join(directory, "node_modules/package-7/lib/file-3.js"), "patched\n");
}
