import { expect, test } from "bun:test";
import { readFile, rm, writeFile } from "node:fs/promises";
import { replayCommand } from "../../../src/commands/replayCommand.ts";
import { BEGINNING, encodeRecord } from "../../../src/recovery/journalRecord.ts";
import { journalPath } from "../../../src/recovery/runFolder.ts";
import { listRuns } from "../../../src/recovery/runStore.ts";
import { sessionPath } from "../../../src/recovery/session/sessionFile.ts";
import { type Script, ScriptedRunner } from "../../support/scriptedRunner.ts";
import { makeTrack, scripted, type Track, writesItsWord } from "../../support/track.ts";
import { started } from "../../unit/recovery/runEventSamples.ts";

const CHAIN = [{ id: "T001" }, { id: "T002", depends_on: ["T001"] }];

async function replay(track: Track, run: string) {
  return replayCommand({ run, again: false }, track.context(new ScriptedRunner(writesItsWord), {}));
}

/** A run cut off in its second task. */
async function cutOff(track: Track): Promise<{ readonly runId: string; readonly journal: string }> {
  const abort = new AbortController();
  const stops: Script = (agent) => {
    abort.abort();
    return agent.hang();
  };
  await track.implement(scripted({ T002: stops }), { signal: abort.signal });
  const { runs } = await track.state();
  const [runId = ""] = await listRuns(runs);
  return { runId, journal: journalPath(runs, runId) };
}

test("a journal that is damaged, gone, or another's: status, replay, implement and rollback name it, with the way out", async () => {
  await using track = await makeTrack({ tasks: CHAIN });
  const { runId, journal } = await cutOff(track);
  const sound = await readFile(journal, "utf8");
  const lines = sound.split("\n");
  const foreign = encodeRecord({ seq: 1, time: 1, epoch: 1, event: started("T001") }, BEGINNING.sum).line;
  const damages: readonly (readonly [string | undefined, RegExp])[] = [
    [["garbage{{{", ...lines.slice(1)].join("\n"), /damaged at line 1/],
    [[lines[0], "garbage{{{", ...lines.slice(2)].join("\n"), /damaged at line 2/],
    ["", /damaged at line 1: it is missing or empty/],
    [undefined, /damaged at line 1: it is missing or empty/],
    [foreign, /damaged at line 1: it is the journal of run 20260102-030405000-abcdef/],
  ];
  const expectNamed = async (damage: RegExp) => {
    const named = new RegExp(`${damage.source}.*mv .*${runId}.set-aside`, "s");
    const { text } = await track.status();
    expect(text.split("\n")[1]).toBe("The latest run cannot be read (see below).");
    expect(text).toMatch(named);
    expect(JSON.parse((await track.status({ json: true })).text)).toMatchObject({
      run: null,
      problems: [expect.stringMatching(named)],
    });
    await expect(replay(track, runId)).rejects.toThrow(named);
    await expect(track.rollback({ task: "T001" })).rejects.toThrow(named);
    await expect(track.implement(writesItsWord)).rejects.toThrow(named);
    expect(await listRuns((await track.state()).runs)).toEqual([runId]);
  };
  for (const [text, damage] of damages) {
    await (text === undefined ? rm(journal) : writeFile(journal, text));
    await expectNamed(damage);
  }
  // Without its session, too, the run may be of any track.
  await rm(sessionPath(journal));
  await writeFile(journal, foreign);
  await expectNamed(/which track the run is of cannot be told/);
  await expect(track.status({ run: runId })).rejects.toThrow("it is the journal of run");
});
