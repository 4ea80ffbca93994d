import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { probeSandbox } from "../../../src/core/sandbox.ts";
import { ConfinedSlot, whyNoSandbox } from "../../support/confinedSlot.ts";
import { until } from "../../support/until.ts";

const missing = await whyNoSandbox();
const suite = missing === undefined ? describe : describe.skip;
const named = (name: string) => (missing === undefined ? name : `${name} (skipped: ${missing})`);

suite(named("commands in a slot"), () => {
  let place: ConfinedSlot;
  beforeAll(async () => {
    place = await ConfinedSlot.open({
      files: { "a.txt": "one\n", "src/b.txt": "b\n" },
      home: {
        ".ssh/id_ed25519": "KEY\n",
        ".npmrc": "//registry/:_authToken=KEY\n",
        ".config/opencode/opencode.json": "KEY\n",
        ".gitconfig": "[alias]\n\tst = status\n",
        "notes.txt": "a note\n",
      },
    });
  });
  afterAll(() => place[Symbol.asyncDispose]());
  const inUsers = (path: string) => join(place.repository.path, path);

  test("write in the work tree, and nowhere else", async () => {
    expect(await place.says("echo mine > new.txt && cat new.txt")).toBe("mine");
    expect(readFileSync(join(place.slot.directory, "new.txt"), "utf8")).toBe("mine\n");

    const outside = inUsers("a.txt");
    symlinkSync(place.repository.path, join(place.slot.directory, "link"));
    for (const target of [outside, "../../../../project/a.txt", "link/a.txt", "$HOME/notes.txt", "/etc/mac-test"]) {
      expect(await place.says(`echo x > "${target}"`)).toStartWith("FAILED");
    }
    expect(await place.says(`rm -rf "${outside}"`)).toStartWith("FAILED");
    expect(await place.says(`mv new.txt "${inUsers("moved.txt")}"`)).toStartWith("FAILED");
    expect(readFileSync(outside, "utf8")).toBe("one\n");
    expect(existsSync(inUsers("moved.txt"))).toBe(false);
    rmSync(join(place.slot.directory, "link"));
  });

  test("see nothing of the user's .git but its objects", async () => {
    const git = inUsers(".git");
    expect(await place.says(`cat "${git}/config"`)).toContain("No such file");
    expect(await place.says(`ls -A "${git}"`)).toBe("objects");
    expect(await place.says(`ls "${git}/objects" | wc -l`)).not.toBe("0");
    expect(await place.says(`mkdir -p "${git}/hooks"`)).toContain("Read-only");
    expect(await place.says(`echo x > "${git}/objects/x"`)).toContain("Read-only");
  });

  test("see nothing of our own state but their slot", async () => {
    const { root } = place.state;
    expect((await place.says(`ls -A "${root}"`)).split("\n").sort()).toEqual([
      "control.git",
      "scratch",
      "slot-1",
      "slot-1.git",
    ]);
    expect(await place.says(`ls -A "${root}/control.git"`)).toBe("objects");
    expect(await place.says(`ls -A "${root}/scratch"`)).toBe("slot-1");
    expect(await place.says(`echo x > "${root}/control.git/objects/x"`)).toContain("Read-only");
  });

  test("use git in the slot", async () => {
    const said = await place.says(
      "git log --format=%s && echo more >> a.txt && git commit -qam 'More' && git log --format=%s -1 && git status --porcelain a.txt",
    );
    expect(said).toBe("First commit\nMore");
  });

  test("read files, but no keys", async () => {
    expect(await place.says("cat ~/notes.txt")).toBe("a note");
    for (const path of [".ssh/id_ed25519", ".npmrc", ".config/opencode/opencode.json"]) {
      expect(await place.says(`cat ~/${path}`)).not.toContain("KEY");
    }
    expect(await place.says("cat ~/.npmrc")).toBe("");
    writeFileSync(inUsers(".env"), "TOKEN=KEY\n");
    await using later = await ConfinedSlot.open({ openAt: async () => place.repository.path });
    expect(await later.says(`cat "${inUsers(".env")}"`)).toBe("");
  });

  test("read the keys of registries while they install", async () => {
    expect(await place.says("cat ~/.npmrc", { installing: true })).toContain("KEY");
    expect(await place.says("cat ~/.ssh/id_ed25519", { installing: true })).not.toContain("KEY");
  });

  test("see no other process, nor its variables", async () => {
    expect(await place.says(`cat /proc/${process.pid}/environ`)).toContain("No such file");
    expect(Number(await place.says("ls /proc | grep -c '^[0-9]'"))).toBeLessThan(8);
    expect(await place.says(`kill -0 ${process.pid}`)).toContain("No such process");
    expect(await place.says("grep CapEff /proc/self/status")).toMatch(/\b0+$/);
  });

  test("reach no network unless it is declared, not even this machine's own", async () => {
    const { server, port } = await listen();
    const ask = `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`;
    try {
      expect(await place.says(ask, { network: true })).toBe("hello");
      expect(await place.says(ask)).toContain("refused");
      // A loopback of their own is there: servers in tests work.
      const own = `const s = require("net").createServer((c) => c.end("own")).listen(0, "127.0.0.1", () =>
        require("net").connect(s.address().port, "127.0.0.1").on("data", (d) => { console.log(String(d)); process.exit(); }))`;
      writeFileSync(join(place.slot.directory, "own.cjs"), own);
      expect(await place.says("node own.cjs")).toBe("own");
    } finally {
      server.close();
    }
  });

  test("cannot reach a socket in /tmp or /run", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mac-socket-"));
    const server = createServer((connection) => connection.end("hello"));
    await new Promise<void>((resolve) => server.listen(join(folder, "agent"), resolve));
    try {
      expect(await place.says(`test -e "${folder}/agent"`, { network: true })).toStartWith("FAILED");
      expect(
        await place.says("ls -A /run | grep -v -e resolvconf -e systemd -e current-system", { network: true }),
      ).toBe("FAILED  ");
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  test("leave nothing running", async () => {
    const beat = join(place.slot.directory, "beat");
    const forever = `(trap '' TERM HUP; while :; do date +%s%N > beat; sleep 0.02; done) & `;
    await place.run(`${forever} setsid sh -c "${forever.replaceAll('"', "")}" & sleep 0.1`);
    await until("the last beat", async () => {
      const before = readFileSync(beat, "utf8");
      await new Promise((resolve) => setTimeout(resolve, 100));
      return readFileSync(beat, "utf8") === before;
    });
    const hanging = await place.run("sleep 60 & sleep 60", { timeoutMs: 300 });
    expect(hanging.end.reason).toBe("timeout");
    expect(hanging.durationMs).toBeLessThan(3_000);
  });

  test("have a temporary folder of their own", async () => {
    expect(await place.says("echo $TMPDIR && mktemp -d && echo kept > /tmp/kept && ls /tmp/kept")).toMatch(
      /^\/tmp\n\/tmp\/tmp\..*\n\/tmp\/kept$/,
    );
    expect(await place.says("cat /tmp/kept")).toBe("kept");
    expect(existsSync("/tmp/kept")).toBe(false);
    expect(await place.says("echo x > /dev/shm/x && echo x > /var/tmp/x")).toBe("");
  });

  test("give back a command's own exit status and output", async () => {
    const outcome = await place.run("echo out; echo err >&2; exit 7");
    expect(outcome).toMatchObject({ end: { reason: "exited", exitCode: 7 }, stdout: "out\n", stderr: "err\n" });
  });

  test("find what setup installed outside of the work tree, else what the user has", async () => {
    expect(await place.says('test -n "$CARGO_HOME" || echo none')).toBe("none");
    expect(await place.says('mkdir -p "$CARGO_HOME/registry" && echo "$CARGO_HOME"', { installing: true })).toEndWith(
      "/scratch/slot-1/packages/cargo",
    );
    expect(await place.says('ls "$CARGO_HOME"')).toBe("registry");
  });

  test("run node, npm, bun and python", async () => {
    expect(await place.says("node -p 1+1")).toBe("2");
    expect(await place.says("npm --version >/dev/null && npm config get cache")).toContain("/scratch/slot-1/cache/npm");
    expect(await place.says(`"${process.execPath}" -e 'console.log(3)'`)).toBe("3");
    expect(
      await place.says("! command -v python3 >/dev/null || python3 -c 'import tempfile; print(tempfile.gettempdir())'"),
    ).toMatch(/^(\/tmp)?$/);
  });
});

suite(named("places with their own ways"), () => {
  test("a path with spaces, quotes and umlauts", async () => {
    await using place = await ConfinedSlot.open({ name: `it's "ä $HOME;\\ \`x\`` });
    expect(
      await place.says("echo x > new.txt && git add new.txt && git commit -qm New && git status --porcelain"),
    ).toBe("");
    expect(await place.says("ls -A ../../../../project/.git")).toBe("objects");
  });

  test("outside of /tmp", async () => {
    const parent = join(import.meta.dir, "../../../node_modules/.cache");
    mkdirSync(parent, { recursive: true });
    await using place = await ConfinedSlot.open({ parent, home: { ".ssh/id": "KEY\n" } });
    expect(await place.says("git commit --allow-empty -qm New && echo x > new.txt && cat a.txt")).toBe("one");
    expect(await place.says(`ls -A "${place.repository.path}/.git"`)).toBe("objects");
    expect(await place.says("ls -A ~/.ssh")).toBe("");
    expect(await place.says(`echo x > "${place.repository.path}/a.txt"`)).toContain("Read-only");
  });

  test("HOME, state and keys behind symbolic links", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mac-links-"));
    mkdirSync(join(folder, "keys"));
    writeFileSync(join(folder, "keys/id"), "KEY\n");
    mkdirSync(join(folder, "real/home"), { recursive: true });
    symlinkSync(join(folder, "keys"), join(folder, "real/home/.ssh"));
    symlinkSync(join(folder, "real"), join(folder, "seen"));
    const environment = { HOME: join(folder, "seen/home"), XDG_DATA_HOME: join(folder, "seen/data") };
    try {
      await using place = await ConfinedSlot.open({ environment });
      expect(place.slot.directory).toContain("/seen/data/");
      expect(
        await place.says("git commit --allow-empty -qm New && echo x > new.txt && cat ~/../home/.ssh/id"),
      ).toContain("No such file");
      expect(existsSync(join(place.slot.directory, "new.txt"))).toBe(true);
      expect(await place.says(`cat ~/.ssh/id "${folder}/keys/id" "${folder}/real/home/.ssh/id"`)).not.toContain("KEY");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("a linked worktree", async () => {
    await using place = await ConfinedSlot.open({
      openAt: async (folder, repository) => {
        await repository.git("worktree", "add", "-q", join(folder, "linked"));
        return join(folder, "linked");
      },
    });
    expect(await place.says("git log --format=%s")).toBe("First commit");
    expect(await place.says(`ls -A "${place.repository.path}/.git"`)).toBe("objects");
  });

  test("a submodule, whose git directory is inside another's", async () => {
    await using place = await ConfinedSlot.open({
      openAt: async (folder, repository) => {
        await repository.git("clone", "-q", "--bare", ".", join(folder, "library.git"));
        await repository.git(
          "-c",
          "protocol.file.allow=always",
          "submodule",
          "--quiet",
          "add",
          join(folder, "library.git"),
          "library",
        );
        await repository.git("-C", "library", "config", "user.name", "Ada");
        await repository.git("-C", "library", "config", "user.email", "ada@example.com");
        return join(repository.path, "library");
      },
    });
    expect(await place.says("git log --format=%s")).toBe("First commit");
    expect(await place.says(`find "${place.repository.path}/.git" -maxdepth 3 | sort`)).toBe(
      ["", "/modules", "/modules/library", "/modules/library/objects"]
        .map((path) => `${place.repository.path}/.git${path}`)
        .join("\n"),
    );
  });

  test("objects borrowed from another repository", async () => {
    await using place = await ConfinedSlot.open({
      openAt: async (folder, repository) => {
        await repository.git("clone", "-q", "--shared", ".", join(folder, "borrower"));
        await repository.git("-C", join(folder, "borrower"), "config", "user.name", "Ada");
        await repository.git("-C", join(folder, "borrower"), "config", "user.email", "ada@example.com");
        return join(folder, "borrower");
      },
    });
    expect(
      await place.says("git log --format=%s && git fsck 2>&1 && echo more > a.txt && git commit -qam More"),
    ).toStartWith("First commit");
  });

  test("what was there when the limits were made and is not now", async () => {
    await using place = await ConfinedSlot.open({ home: { "bin/tool": "" } });
    const { prefix } = place.confine(place.slot, { network: false });
    rmSync(join(place.environment.HOME ?? "", "bin"), { recursive: true });
    expect(prefix.length).toBeGreaterThan(0);
    expect(await place.says("echo still")).toBe("still");
  });
});

describe("what is found on a machine", () => {
  const nowhere = { PATH: "/nonexistent", HOME: tmpdir() };

  test("without bubblewrap, auto goes on and says what is not protected", async () => {
    const found = await probeSandbox("auto", nowhere);
    expect(found.ok && found.value.notice).toContain("apt install bubblewrap");
    expect(found.ok && found.value.notice?.split("\n").length).toBe(1);
  });

  test("without bubblewrap, asking for it is refused with the way to mend it", async () => {
    const found = await probeSandbox("bubblewrap", nowhere);
    expect(found).toMatchObject({
      ok: false,
      failure: expect.stringContaining("`apt install bubblewrap`; or set sandbox to off"),
    });
  });

  test("a bubblewrap that does not work counts as none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mac-bwrap-"));
    const program = join(folder, "bwrap");
    try {
      writeFileSync(program, "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n", {
        mode: 0o755,
      });
      const refused = await probeSandbox("bubblewrap", { ...nowhere, PATH: `${folder}:/usr/bin:/bin` });
      expect(refused).toMatchObject({ ok: false, failure: expect.stringContaining("No permissions to create") });
      // One that starts the program without any limits is found out too.
      writeFileSync(program, '#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n', { mode: 0o755 });
      const open = await probeSandbox("auto", { ...nowhere, PATH: `${folder}:/usr/bin:/bin` });
      expect(open.ok && open.value.notice).toContain("does not work here");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("off is off, and says so", async () => {
    const found = await probeSandbox("off", { PATH: process.env.PATH ?? "" });
    expect(found.ok && found.value.notice).toContain("sandbox is off");
  });
});

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer((connection) => connection.end("hello\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}
