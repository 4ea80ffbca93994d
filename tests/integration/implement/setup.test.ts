import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { chmod, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UNCONFINED } from "../../../src/core/confinement.ts";
import { Refusal } from "../../../src/core/refusal.ts";
import { type StateDirectory, stateDirectoryFor } from "../../../src/core/stateDirectory.ts";
import { ControlRepository } from "../../../src/git/controlRepository.ts";
import { Git } from "../../../src/git/gitProcess.ts";
import { Slot } from "../../../src/git/slot.ts";
import { inspectRepository } from "../../../src/git/userRepository.ts";
import { ignoringCopies, readCopiedFiles } from "../../../src/implementation/slots/copiedFiles.ts";
import { SlotSetup } from "../../../src/implementation/slots/slotSetup.ts";
import { type FileTree, makeRepository, type Repository } from "../../support/repository.ts";

/** Counts its runs in a file outside, and installs a package in version `VERSION` of the manifest. */
const INSTALL = `echo ran >> "$HOME/runs" && mkdir -p node_modules/lib/bin node_modules/.bin &&
  cp package.json node_modules/lib/index.js && echo data > node_modules/lib/data.txt &&
  printf '#!/bin/sh\\necho tool\\n' > node_modules/lib/bin/tool && chmod 755 node_modules/lib/bin/tool &&
  ln -sf ../lib/bin/tool node_modules/.bin/tool && touch -d 2001-02-03 node_modules/lib/data.txt`;

const FILES: FileTree = { "package.json": '{"version": 1}\n', "a.txt": "one\n", ".gitignore": "node_modules/\n" };

/** A repository with a gate and slots, as a run has them. */
class Bench {
  readonly notices: string[] = [];
  readonly repository: Repository;
  readonly folder: string;
  readonly gate: Slot;
  readonly slots: readonly Slot[];
  readonly state: StateDirectory;
  readonly control: ControlRepository;
  readonly git: Git;
  readonly copy: readonly string[];

  private constructor(
    parts: Pick<Bench, "repository" | "folder" | "gate" | "slots" | "state" | "control" | "git" | "copy">,
  ) {
    this.repository = parts.repository;
    this.folder = parts.folder;
    this.gate = parts.gate;
    this.slots = parts.slots;
    this.state = parts.state;
    this.control = parts.control;
    this.git = parts.git;
    this.copy = parts.copy;
  }

  static async open(folder: string, repository: Repository, copy: readonly string[] = []): Promise<Bench> {
    const environment = { PATH: process.env.PATH ?? "", HOME: folder, XDG_DATA_HOME: join(folder, "data") };
    const git = new Git(environment);
    const inspected = await inspectRepository(git, repository.path);
    const user = ignoringCopies(inspected, await readCopiedFiles(git, inspected.root, copy));
    const state = stateDirectoryFor(user.commonDir, environment);
    const control = await ControlRepository.open(git, state, user);
    const gate = await Slot.open(git, state, user, control, "gate", 1);
    const slots = [1, 2].map((number) => Slot.open(git, state, user, control, "worker", number));
    return new Bench({ repository, folder, gate, slots: await Promise.all(slots), state, control, git, copy });
  }

  async setup(...commands: readonly string[]): Promise<SlotSetup> {
    const { control, folder, gate, git, notices, state } = this;
    return new SlotSetup({
      ...{ git, control, state, gate, commands },
      copied: await readCopiedFiles(git, this.repository.path, this.copy),
      confine: () => UNCONFINED,
      environment: { PATH: process.env.PATH ?? "", HOME: folder },
      timeoutMs: 20_000,
      signal: new AbortController().signal,
      warn: (message) => notices.push(message),
    });
  }

  slot(number: 1 | 2): Slot {
    const slot = this.slots[number - 1];
    if (slot === undefined) throw new Error(`no slot ${number}`);
    return slot;
  }

  get runs(): number {
    const file = join(this.folder, "runs");
    return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").length : 0;
  }

  head(): Promise<string> {
    return this.repository.git("rev-parse", "HEAD");
  }

  async change(files: FileTree): Promise<string> {
    await this.repository.write(files);
    return this.repository.commit("Change");
  }

  images(): string[] {
    return existsSync(this.state.images) ? readdirSync(this.state.images) : [];
  }
}

let folder: string;
let bench: Bench;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "mac-setup-")));
  const repository = await makeRepository({ path: join(folder, "project"), files: FILES });
  bench = await Bench.open(folder, repository);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const read = (slot: Slot, path: string) => readFileSync(join(slot.directory, path), "utf8");

describe("what setup installs", () => {
  test("is made once, in the gate, and copied to slots with links, modes and times", async () => {
    const setup = await bench.setup(INSTALL);
    const head = await bench.head();
    const both = await Promise.all([setup.prepare(bench.slot(1), head), setup.prepare(bench.slot(2), head)]);
    expect(both).toEqual([undefined, undefined]);
    expect(bench.runs).toBe(1);
    for (const slot of bench.slots) {
      expect(read(slot, "node_modules/lib/index.js")).toBe('{"version": 1}\n');
      expect(readlinkSync(join(slot.directory, "node_modules/.bin/tool"))).toBe("../lib/bin/tool");
      expect(statSync(join(slot.directory, "node_modules/lib/bin/tool")).mode & 0o777).toBe(0o755);
      expect(statSync(join(slot.directory, "node_modules/lib/data.txt")).mtime.getFullYear()).toBe(2001);
    }
    await setup.inGate(() => setup.prepare(bench.gate, head));
    expect(read(bench.gate, "node_modules/lib/data.txt")).toBe("data\n");
    // Another process finds it too.
    await (await bench.setup(INSTALL)).prepare(bench.slot(1), head);
    expect(bench.runs).toBe(1);
    expect(bench.notices).toEqual([]);
  });

  test("does not flow back, and is whole again for the next task", async () => {
    const setup = await bench.setup(INSTALL);
    const [one, two] = [bench.slot(1), bench.slot(2)];
    await setup.prepare(one, await bench.head());
    const modules = join(one.directory, "node_modules");
    const untouched = lstatSync(join(modules, "lib/bin/tool")).ino;
    writeFileSync(join(modules, "lib/data.txt"), "spoilt\n");
    rmSync(join(modules, "lib/index.js"));
    mkdirSync(join(modules, ".cache/deep"), { recursive: true });
    writeFileSync(join(modules, "lib/new.js"), "new\n");
    await chmod(join(modules, "lib"), 0o777);

    await setup.prepare(two, await bench.head());
    expect(read(two, "node_modules/lib/data.txt")).toBe("data\n");
    await setup.prepare(one, await bench.head());
    expect(readdirSync(modules).sort()).toEqual([".bin", "lib"]);
    expect(readdirSync(join(modules, "lib")).sort()).toEqual(["bin", "data.txt", "index.js"]);
    expect(read(one, "node_modules/lib/data.txt")).toBe("data\n");
    expect(read(one, "node_modules/lib/index.js")).toBe('{"version": 1}\n');
    expect(statSync(join(modules, "lib")).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(modules, "lib/bin/tool")).ino).toBe(untouched);

    rmSync(modules, { recursive: true });
    await setup.prepare(one, await bench.head());
    expect(read(one, "node_modules/lib/bin/tool")).toContain("echo tool");
  });

  test("is made again for other manifests, commands or files they name, not for other files", async () => {
    const setup = await bench.setup("sh tools/install.sh");
    const first = await bench.change({ "tools/install.sh": INSTALL });
    await setup.prepare(bench.slot(1), first);
    await setup.prepare(bench.slot(1), await bench.change({ "a.txt": "two\n" }));
    expect(bench.runs).toBe(1);
    await setup.prepare(bench.slot(1), await bench.change({ "package.json": '{"version": 2}\n' }));
    expect(bench.runs).toBe(2);
    expect(read(bench.slot(1), "node_modules/lib/index.js")).toBe('{"version": 2}\n');
    await setup.prepare(bench.slot(1), await bench.change({ "tools/install.sh": `${INSTALL}\n# changed` }));
    expect(bench.runs).toBe(3);
    await setup.prepare(bench.slot(1), first);
    expect(bench.runs).toBe(3);
    expect(read(bench.slot(1), "node_modules/lib/index.js")).toBe('{"version": 1}\n');
    await (await bench.setup("sh tools/install.sh", "true")).prepare(bench.slot(1), first);
    expect(bench.runs).toBe(4);
  });

  test("made from the commit's own files is good for that tree only", async () => {
    const setup = await bench.setup('echo ran >> "$HOME/runs" && mkdir -p dist && cp a.txt dist/');
    const first = await bench.head();
    await Promise.all([setup.prepare(bench.slot(1), first), setup.prepare(bench.slot(2), first)]);
    expect(bench.runs).toBe(1);
    const second = await bench.change({ "a.txt": "two\n" });
    await setup.prepare(bench.slot(1), second);
    expect(read(bench.slot(1), "dist/a.txt")).toBe("two\n");
    await setup.prepare(bench.slot(2), first);
    expect(read(bench.slot(2), "dist/a.txt")).toBe("one\n");
    expect(bench.runs).toBe(2);
  });

  test("what the commit has wins over what was installed", async () => {
    const setup = await bench.setup(`${INSTALL}; for n in 1 2; do echo data > node_modules/lib/part-$n.txt; done`);
    await setup.prepare(bench.slot(1), await bench.head());
    await bench.repository.write({ "node_modules/lib/part-1.txt": "committed\n" });
    await bench.repository.git("add", "--force", "node_modules/lib/part-1.txt");
    const next = await bench.repository.commit("Vendor one file");
    for (const slot of bench.slots) {
      await setup.prepare(slot, next);
      expect(read(slot, "node_modules/lib/part-1.txt")).toBe("committed\n");
      expect(read(slot, "node_modules/lib/part-2.txt")).toBe("data\n");
    }
    expect(bench.runs).toBe(1);
  });

  test.each([
    [
      "a script with the folder's path",
      'mkdir -p .venv/bin && echo "#!$PWD/.venv/bin/python" > .venv/bin/pip',
      ".venv/bin/pip names",
    ],
    [
      "a link into the folder",
      'mkdir -p node_modules && touch node_modules/x && ln -sfn "$PWD/node_modules/x" node_modules/y',
      "node_modules/y names",
    ],
    [
      "a change of what is committed",
      "echo changed > a.txt; mkdir -p node_modules/x; touch node_modules/x/y",
      "it changes a.txt",
    ],
  ])("%s is made in each slot, and said once", async (_, command, why) => {
    const setup = await bench.setup(`echo ran >> "$HOME/runs"; ${command}`);
    const head = await bench.head();
    await setup.prepare(bench.slot(1), head);
    await setup.prepare(bench.slot(2), head);
    await setup.prepare(bench.slot(1), head);
    expect(bench.runs).toBe(4);
    expect(bench.notices).toEqual([expect.stringContaining(why)]);
    if (command.includes("PWD"))
      expect(await Bun.$`grep -r gate-1 ${bench.slot(2).directory}`.nothrow().text()).toBe("");
  });

  test("nothing in the work tree: it runs in each slot, since what it does is elsewhere", async () => {
    const setup = await bench.setup('echo ran >> "$HOME/runs"');
    await setup.prepare(bench.slot(1), await bench.head());
    await setup.prepare(bench.slot(2), await bench.head());
    expect(bench.runs).toBe(3);
    expect(bench.notices).toEqual([]);
  });

  test("a command that fails is named, and run again the next time", async () => {
    const setup = await bench.setup(INSTALL, "test -e ../../../../ready || { echo not yet; exit 3; }");
    const failed = await setup.prepare(bench.slot(1), await bench.head());
    expect(failed).toMatchObject({
      command: expect.stringContaining("ready"),
      how: "failed with exit status 3",
      output: "not yet",
    });
    writeFileSync(join(folder, "ready"), "");
    expect(bench.images()).toEqual([]);
  });

  test("half made by a process that was killed is never used, and removed", async () => {
    const dead = join(bench.state.images, "building-4194305-00aa", "content/node_modules");
    mkdirSync(dead, { recursive: true });
    mkdirSync(join(bench.state.images, "the-users-own"), { recursive: true });
    await (await bench.setup(INSTALL)).prepare(bench.slot(1), await bench.head());
    expect(bench.images().filter((name) => name.startsWith("building"))).toEqual([]);
    expect(bench.images()).toContain("the-users-own");
  });

  test("the three that were used last are kept", async () => {
    const setup = await bench.setup(INSTALL);
    const heads: string[] = [];
    for (const version of [2, 3, 4, 5]) {
      heads.push(await bench.change({ "package.json": `{"version": ${version}}\n` }));
      await setup.prepare(bench.slot(1), heads.at(-1) ?? "");
    }
    expect(bench.images().length).toBe(3);
    await setup.prepare(bench.slot(1), heads[1] ?? "");
    expect(bench.runs).toBe(4);
    await setup.prepare(bench.slot(1), heads[0] ?? "");
    expect(bench.runs).toBe(5);
  });
});

describe("files of the option copy", () => {
  test("are in every slot as the user has them, and in no snapshot", async () => {
    await bench.repository.write({ ".env": "TOKEN=1\n", "config/local [1].json": "{}\n" });
    await chmod(join(bench.repository.path, ".env"), 0o600);
    bench = await Bench.open(folder, bench.repository, [".env", "config/local [1].json"]);
    const setup = await bench.setup(`test -s .env && ${INSTALL}`);
    const head = await bench.head();
    await setup.prepare(bench.slot(1), head);
    await setup.inGate(() => setup.prepare(bench.gate, head));
    for (const slot of [bench.slot(1), bench.gate]) {
      expect(read(slot, ".env")).toBe("TOKEN=1\n");
      expect(statSync(join(slot.directory, ".env")).mode & 0o777).toBe(0o600);
      expect(read(slot, "config/local [1].json")).toBe("{}\n");
    }
    writeFileSync(join(bench.slot(1).directory, ".env"), "TOKEN=2\n");
    writeFileSync(join(bench.slot(1).directory, "new.txt"), "new\n");
    const indexFile = join(bench.state.indexes, "slot-1");
    const tree = await bench.control.snapshot(bench.slot(1).directory, { base: head, indexFile });
    expect(await bench.control.changedPaths(head, tree)).toEqual(["new.txt"]);
    await setup.prepare(bench.slot(1), head);
    expect(read(bench.slot(1), ".env")).toBe("TOKEN=1\n");

    // Other content may install other things.
    await bench.repository.write({ ".env": "TOKEN=3\n" });
    await (await bench.setup(`test -s .env && ${INSTALL}`)).prepare(bench.slot(1), head);
    expect(bench.runs).toBe(2);
    expect(read(bench.slot(1), ".env")).toBe("TOKEN=3\n");
  });

  test.each([
    ["missing.env", "there is no"],
    ["../outside.env", "not inside the repository"],
    ["/etc/hostname", "not inside the repository"],
    ["a.txt", "git tracks"],
    [".git/config", "git itself reads"],
    ["folder", "not a file"],
    ["linked/x.env", "behind a symbolic link"],
  ])("%s is refused before anything runs", async (path, why) => {
    mkdirSync(join(folder, "elsewhere"));
    writeFileSync(join(folder, "elsewhere/x.env"), "x\n");
    writeFileSync(join(folder, "outside.env"), "x\n");
    await Bun.$`mkdir folder && ln -s ../elsewhere linked`.cwd(bench.repository.path);
    const reading = readCopiedFiles(bench.git, bench.repository.path, [path]);
    expect(reading).rejects.toThrow(why);
    expect(reading).rejects.toBeInstanceOf(Refusal);
    await reading.catch(() => undefined);
  });
});
