/**
 * A process that runs `implement` with scripted agents, to be killed from outside. Arguments: the track's folder, the
 * repository, the backlog file, where to halt, and a task's id. It halts "nowhere"; in the task's "agent", which has
 * written half of its file and no checkpoint; once an event of the task is on disk, as "event:<type>"; or once the landing has "moved" the track's head and nothing else.
 * Prints one line when it halts, then waits to be killed; otherwise the report's outcome and the directories used.
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { ControlRepository } from "../../../src/git/controlRepository.ts";
import { RunLog } from "../../../src/recovery/runLog.ts";
import { repositoryAt } from "../../support/repository.ts";
import { fileOf, Track, writesItsWord } from "../../support/track.ts";

const [folder = "", repository = "", backlogFile = "tasks/BACKLOG.yaml", haltAt = "nowhere", task = ""] =
  process.argv.slice(2);

function halt(): Promise<never> {
  process.stdout.write(`halted ${haltAt}\n`);
  return new Promise(() => setInterval(() => undefined, 60_000));
}

const record = RunLog.prototype.record;
RunLog.prototype.record = async function (event) {
  await record.call(this, event);
  if (haltAt === `event:${event.type}` && (!("task" in event) || event.task === task)) await halt();
};

// The head of a track is moved by this, once a landing: the first by T001, the second by T002.
let landings = 0;
const updateRef = ControlRepository.prototype.updateRef;
ControlRepository.prototype.updateRef = async function (name, next, expected) {
  const moved = await updateRef.call(this, name, next, expected);
  if (!name.startsWith("refs/mac/tracks/")) return moved;
  landings++;
  if (haltAt === "moved" && landings === Number(task.slice(1))) await halt();
  return moved;
};

const track = new Track(folder, repositoryAt(repository));
const directories = new Set<string>();
const { report } = await track.implement(
  async (agent) => {
    directories.add(agent.directory);
    appendFileSync(join(folder, "spawns"), `${agent.task}\n`);
    if (haltAt === "event:checkpoint_taken" && agent.task === task) {
      await agent.edit("words/half.txt", "half\n");
      return agent.hang();
    }
    if (haltAt === "agent" && agent.task === task) {
      await agent.write({ [fileOf(task)]: `half of ${task}\n` });
      await halt();
    }
    return writesItsWord(agent);
  },
  { flags: { backlogFile } },
);
process.stdout.write(`${JSON.stringify({ outcome: report.outcome, directories: [...directories] })}\n`);
