import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UNCONFINED } from "../../../src/core/confinement.ts";
import { type ProcessOutcome, runProcess } from "../../../src/core/shell.ts";
import { installAgentShell } from "../../../src/host/agentShell.ts";
import { ConfinedSlot, whyNoSandbox } from "../../support/confinedSlot.ts";

const missing = await whyNoSandbox();

/** As OpenCode does: with its own environment, which holds keys. */
function callAs(shell: string, place: ConfinedSlot, command: string): Promise<ProcessOutcome> {
  const env = { ...place.environment, SECRET_KEY: "key", TERM: "dumb" };
  return runProcess(shell, ["-c", command], { cwd: place.slot.directory, env, timeoutMs: 20_000 });
}

describe.skipIf(missing !== undefined)(`the agents' shell (needs bubblewrap${missing ? `: ${missing}` : ""})`, () => {
  test("runs a command within its limits, with allowlisted variables only", async () => {
    await using place = await ConfinedSlot.open({ name: "it's $HOME" });
    const shells = join(place.folder, "shells");
    const shell = await installAgentShell(shells, place.slot.directory, place.confine(place.slot, { network: false }));
    const outcome = await callAs(
      shell,
      place,
      `env; echo "$0|$#"; echo 'a "b"' > mine.txt; cat mine.txt; echo x > ../../../../project/outside; exit 5`,
    );
    expect(outcome.end).toEqual({ reason: "exited", exitCode: 5 });
    expect(outcome.stdout).toContain('|0\na "b"\n');
    expect(outcome.stdout).toContain(`MAC_WORKTREE=${place.slot.directory}\n`);
    expect(outcome.stdout).toContain("TERM=dumb\n");
    expect(outcome.stdout).toContain("TMPDIR=/tmp\n");
    expect(outcome.stdout).not.toContain("SECRET_KEY");
    expect(outcome.stderr).toContain("Read-only file system");
  });

  test("takes other limits at the next command, under the same name", async () => {
    await using place = await ConfinedSlot.open();
    const shells = join(place.folder, "shells");
    const outside = join(place.repository.path, "outside");
    const open = await installAgentShell(shells, place.slot.directory, UNCONFINED);
    await callAs(open, place, `echo x > "${outside}-1"`);
    const closed = await installAgentShell(shells, place.slot.directory, place.confine(place.slot, { network: false }));
    await callAs(open, place, `echo x > "${outside}-2"`);
    expect(closed).toBe(open);
    expect([existsSync(`${outside}-1`), existsSync(`${outside}-2`)]).toEqual([true, false]);
  });
});
