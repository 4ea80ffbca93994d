import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type StateDirectory, stateDirectoryFor } from "../../../src/core/stateDirectory.ts";
import { ControlRepository } from "../../../src/git/controlRepository.ts";
import { Git } from "../../../src/git/gitProcess.ts";
import { Slot } from "../../../src/git/slot.ts";
import { inspectRepository, type UserRepository } from "../../../src/git/userRepository.ts";

/** A temporary folder with a home of its own and real git repositories in it. */
export class Sandbox {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "mac-git-")));
  readonly environment: Record<string, string> = {
    PATH: process.env.PATH ?? "",
    HOME: join(this.folder, "home"),
    XDG_DATA_HOME: join(this.folder, "data"),
    LC_ALL: "C",
  };
  readonly git = new Git(this.environment);

  constructor() {
    this.write(
      "home/.gitconfig",
      "[user]\n\tname = Ada L\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n",
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  write(path: string, content: string | Uint8Array, mode = 0o644): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
  }

  /** What the user would run in `folder`, with their own configuration and hooks. */
  run(folder: string, ...args: string[]): string {
    const options = { cwd: join(this.folder, folder), env: this.environment, encoding: "utf8", stdio: "pipe" } as const;
    return execFileSync("git", ["-c", "protocol.file.allow=always", ...args], options).trimEnd();
  }

  /** A repository with one commit of these files. */
  repository(name: string, files: Record<string, string> = { "a.txt": "one\n" }, ...init: string[]): string {
    mkdirSync(join(this.folder, name), { recursive: true });
    this.run(name, "init", "-q", ...init);
    this.commit(name, files, "first");
    return join(this.folder, name);
  }

  commit(name: string, files: Record<string, string>, message: string): string {
    for (const [path, content] of Object.entries(files)) this.write(join(name, path), content);
    this.run(name, "add", "-A");
    this.run(name, "commit", "-q", "-m", message);
    return this.run(name, "rev-parse", "HEAD");
  }

  /** A repository with one commit of so many small files, made in one git process. */
  largeRepository(name: string, count: number): void {
    this.repository(name);
    const files = Array.from({ length: count }, (_, index) => {
      const content = `content ${index}\n`;
      return `M 100644 inline dir${index % 80}/file${index}.txt\ndata ${content.length}\n${content}\n`;
    });
    const input = `commit refs/heads/main\ncommitter A <a@b.c> 1700000000 +0000\ndata 5\nlarge\n${files.join("")}`;
    const options = { cwd: join(this.folder, name), env: this.environment, input } as const;
    execFileSync("git", ["fast-import", "--quiet", "--force"], options);
    this.run(name, "reset", "-q", "--hard");
  }

  async open(name: string): Promise<Workplace> {
    const user = await inspectRepository(this.git, join(this.folder, name));
    const state = stateDirectoryFor(user.commonDir, this.environment);
    const control = await ControlRepository.open(this.git, state, user);
    const slot = await Slot.open(this.git, state, user, control, "worker", 1);
    return new Workplace(this, user, state, control, slot);
  }
}

/** A user's repository with our state beside it and one slot. */
export class Workplace {
  readonly sandbox: Sandbox;
  readonly user: UserRepository;
  readonly state: StateDirectory;
  readonly control: ControlRepository;
  readonly slot: Slot;

  constructor(sandbox: Sandbox, user: UserRepository, state: StateDirectory, control: ControlRepository, slot: Slot) {
    this.sandbox = sandbox;
    this.user = user;
    this.state = state;
    this.control = control;
    this.slot = slot;
  }

  snapshot(base = this.user.head): Promise<string> {
    return this.control.snapshot(this.slot.directory, { base, indexFile: join(this.state.indexes, "slot-1") });
  }

  commit(tree: string, parent = this.user.head, message = "T001: work\n"): Promise<string> {
    return this.control.commit({ tree, parents: [parent], message, author: this.user.identity });
  }

  /** A commit on top of `parent` in which an agent wrote (null: deleted) these files. */
  async work(files: Record<string, string | null>, parent = this.user.head): Promise<string> {
    await this.slot.rebuild(parent);
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.slot.directory, path);
      rmSync(file, { recursive: true, force: true });
      if (content === null) continue;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return this.commit(await this.snapshot(parent), parent);
  }

  async changedPaths(tree: string, base = this.user.head): Promise<string[]> {
    return (await this.control.changes(base, tree)).map((change) => `${change.kind} ${change.path}`);
  }
}
