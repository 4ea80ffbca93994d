import type { Clock } from "../core/clock.ts";
import type { ControlRepository, TreeEntry } from "../git/controlRepository.ts";
import type { Backlog } from "../types.ts";
import { planSpecsRef, trackSpecsRef } from "./specRefs.ts";
import { backlogDigest, taskSpecText, textDigest, trackSpecText } from "./specText.ts";
import { readVersionMessage, type VersionOrigin, versionMessage } from "./specVersion.ts";

/** Each lost race is another process's version; so many in a row mean that something else is wrong. */
const MAX_RACES = 100;

/** What a command wrote or found in a backlog's file. */
export interface BacklogSpec {
  readonly backlog: Backlog;
  /** The whole file. */
  readonly text: string;
  /** Its path as the user knows it. */
  readonly file: string;
}

export interface PlanSpec {
  readonly text: string;
  readonly file: string;
}

/**
 * Every version of plans, backlogs and tasks, as commits in control.git: a ref a plan, whose tree holds PLAN.md, and a
 * ref a track, whose tree holds BACKLOG.yaml, track.yaml (all but the tasks) and tasks/<id>.yaml. A commit's parent is
 * the version before. What says the same as the latest version is no new one; statuses, layout and comments of a
 * backlog say nothing here. Several processes may record at once, and none is lost.
 *
 * Methods give the id of the version that says what was given, new or not; they throw where git or the disk fails.
 */
export class SpecRepository {
  private readonly control: ControlRepository;
  private readonly clock: Clock;

  constructor(control: ControlRepository, clock: Clock) {
    this.control = control;
    this.clock = clock;
  }

  recordPlan(spec: PlanSpec, origin: VersionOrigin): Promise<string> {
    return this.recordPlanAs(spec, () => origin);
  }

  recordBacklog(spec: BacklogSpec, origin: VersionOrigin): Promise<string> {
    return this.recordBacklogAs(spec, () => origin);
  }

  /** For a plan a command reads: when it is not as we left it, a person has edited it. */
  noticePlan(spec: PlanSpec): Promise<string> {
    return this.recordPlanAs(spec, (isFirst) => editOf(spec.file, isFirst));
  }

  /** As `noticePlan`. */
  noticeBacklog(spec: BacklogSpec): Promise<string> {
    return this.recordBacklogAs(spec, (isFirst) => editOf(spec.file, isFirst));
  }

  private recordPlanAs({ text, file }: PlanSpec, originOf: OriginOf): Promise<string> {
    const write = async () => {
      const [blob = ""] = await this.control.writeBlobs([text]);
      return this.control.writeTree([{ kind: "file", name: "PLAN.md", id: blob }]);
    };
    return this.record({ ref: planSpecsRef(file), digest: textDigest(text), write, originOf });
  }

  private recordBacklogAs({ backlog, text }: BacklogSpec, originOf: OriginOf): Promise<string> {
    return this.record({
      ref: trackSpecsRef(backlog.track_id),
      digest: backlogDigest(backlog),
      write: () => this.writeBacklog(backlog, text),
      originOf,
    });
  }

  private async writeBacklog(backlog: Backlog, text: string): Promise<string> {
    const { control } = this;
    const [whole = "", track = "", ...tasks] = await control.writeBlobs([
      text,
      trackSpecText(backlog),
      ...backlog.tasks.map(taskSpecText),
    ]);
    const files = backlog.tasks.map(
      ({ id }, index): TreeEntry => ({ kind: "file", name: `${id}.yaml`, id: tasks[index] ?? "" }),
    );
    return control.writeTree([
      { kind: "file", name: "BACKLOG.yaml", id: whole },
      { kind: "folder", name: "tasks", id: await control.writeTree(files) },
      { kind: "file", name: "track.yaml", id: track },
    ]);
  }

  private async record({ ref, digest, write, originOf }: Recording): Promise<string> {
    const { control } = this;
    let tree: string | undefined;
    for (let tries = 0; tries < MAX_RACES; tries++) {
      const parent = await control.readRef(ref);
      if (parent !== undefined && readVersionMessage(await control.messageOf(parent)).digest === digest) return parent;
      tree ??= await write();
      const commit = await control.commit({
        tree,
        parents: parent === undefined ? [] : [parent],
        ...this.recordedAs({ ...originOf(parent === undefined), digest }),
      });
      const moved = await control.updateRef(ref, commit, parent);
      if (moved.ok) return commit;
      // Another process recorded a version meanwhile: ours comes after it.
      if (moved.failure.reason !== "moved") throw new Error(`${ref} could not be moved: ${moved.failure.reason}`);
    }
    throw new Error(`${ref} moved ${MAX_RACES} times while a version was recorded`);
  }

  private recordedAs(version: VersionOrigin & { readonly digest: string }) {
    const author = { name: version.author, email: `${version.author}@multi-agent-coder.invalid` };
    return { message: versionMessage(version), author, time: new Date(this.clock.now()) };
  }
}

type OriginOf = (isFirst: boolean) => VersionOrigin;

interface Recording {
  readonly ref: string;
  readonly digest: string;
  /** Writes what the version holds. @returns its tree */
  readonly write: () => Promise<string>;
  readonly originOf: OriginOf;
}

function editOf(file: string, isFirst: boolean): VersionOrigin {
  return { author: "person", reason: isFirst ? `${file} as it was found` : `${file} was edited by hand` };
}
