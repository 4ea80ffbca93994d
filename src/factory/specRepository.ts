import type { Clock } from "../core/clock.ts";
import type { ControlRepository, TreeEntry } from "../git/controlRepository.ts";
import type { Lesson } from "../recovery/taskState.ts";
import type { Backlog } from "../types.ts";
import { planSpecsRef, trackSpecsRef } from "./specRefs.ts";
import { backlogDigest, lessonsSpecText, taskSpecText, textDigest, trackSpecText } from "./specText.ts";
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

/** What a run has learned about one of its tasks. */
export interface TaskLessons {
  readonly trackId: string;
  readonly taskId: string;
  /** All of them, oldest first. */
  readonly lessons: readonly Lesson[];
}

/**
 * Every version of plans, backlogs and tasks, as commits in control.git: a ref a plan, whose tree holds PLAN.md, and a
 * ref a track, whose tree holds BACKLOG.yaml, track.yaml (all but the tasks), tasks/<id>.yaml and lessons/<id>.yaml. A
 * commit's parent is the version before. What says the same as the latest version is no new one; statuses, layout and
 * comments of a backlog say nothing here. Several processes may record at once, and none is lost.
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

  /**
   * A task's spec with what failed attempts taught: `tasks/<id>.yaml` is what the file says, the lessons stand beside
   * it, and stay until the task says something else. Undefined: the latest version of the track has no such task.
   */
  recordLessons({ trackId, taskId, lessons }: TaskLessons, origin: VersionOrigin): Promise<string | undefined> {
    const { control } = this;
    const name = `${taskId}.yaml`;
    const text = lessonsSpecText(lessons);
    return this.record<string | undefined>(trackSpecsRef(trackId), async (parent) => {
      if (parent === undefined) return { said: undefined };
      if ((await control.readFile(parent, `tasks/${name}`)) === undefined) return { said: undefined };
      if ((await control.readFile(parent, `lessons/${name}`)) === text) return { said: parent };
      const [id = ""] = await control.writeBlobs([text]);
      const others = (await control.entriesOf(parent, "lessons")).filter((entry) => entry.name !== name);
      const rest = (await control.entriesOf(parent)).filter((entry) => entry.name !== "lessons");
      const tree = await this.writeTrack(rest, [...others, { kind: "file", name, id }]);
      // The backlog says what it said: the file that is read next is no edit.
      return { tree, origin, digest: await this.digestOf(parent) };
    });
  }

  private recordPlanAs({ text, file }: PlanSpec, originOf: OriginOf): Promise<string> {
    const digest = textDigest(text);
    return this.record(planSpecsRef(file), async (parent) => {
      if (parent !== undefined && (await this.digestOf(parent)) === digest) return { said: parent };
      const [id = ""] = await this.control.writeBlobs([text]);
      const tree = await this.control.writeTree([{ kind: "file", name: "PLAN.md", id }]);
      return { tree, origin: originOf(parent === undefined), digest };
    });
  }

  private recordBacklogAs({ backlog, text }: BacklogSpec, originOf: OriginOf): Promise<string> {
    const digest = backlogDigest(backlog);
    let written: WrittenBacklog | undefined;
    return this.record(trackSpecsRef(backlog.track_id), async (parent) => {
      if (parent !== undefined && (await this.digestOf(parent)) === digest) return { said: parent };
      written ??= await this.writeBacklog(backlog, text);
      const lessons = parent === undefined ? [] : await this.lessonsStillTrue(parent, written.tasks);
      const tree = await this.writeTrack(written.entries, lessons);
      return { tree, origin: originOf(parent === undefined), digest };
    });
  }

  private async writeBacklog(backlog: Backlog, text: string): Promise<WrittenBacklog> {
    const { control } = this;
    const [whole = "", track = "", ...ids] = await control.writeBlobs([
      text,
      trackSpecText(backlog),
      ...backlog.tasks.map(taskSpecText),
    ]);
    const tasks = backlog.tasks.map(
      ({ id }, index): TreeEntry => ({ kind: "file", name: `${id}.yaml`, id: ids[index] ?? "" }),
    );
    const entries: readonly TreeEntry[] = [
      { kind: "file", name: "BACKLOG.yaml", id: whole },
      { kind: "folder", name: "tasks", id: await control.writeTree(tasks) },
      { kind: "file", name: "track.yaml", id: track },
    ];
    return { entries, tasks };
  }

  /** Lessons of tasks that say what they said: what was learned about another text may not hold for this one. */
  private async lessonsStillTrue(parent: string, tasks: readonly TreeEntry[]): Promise<readonly TreeEntry[]> {
    const lessons = await this.control.entriesOf(parent, "lessons");
    if (lessons.length === 0) return [];
    const before = new Map((await this.control.entriesOf(parent, "tasks")).map(({ name, id }) => [name, id]));
    const unchanged = new Set(tasks.filter(({ name, id }) => before.get(name) === id).map(({ name }) => name));
    return lessons.filter(({ name }) => unchanged.has(name));
  }

  private async writeTrack(entries: readonly TreeEntry[], lessons: readonly TreeEntry[]): Promise<string> {
    if (lessons.length === 0) return this.control.writeTree(entries);
    const folder: TreeEntry = { kind: "folder", name: "lessons", id: await this.control.writeTree(lessons) };
    return this.control.writeTree([...entries, folder]);
  }

  private async record<Said extends string | undefined = string>(
    ref: string,
    next: NextVersion<Said>,
  ): Promise<string | Said> {
    const { control } = this;
    for (let tries = 0; tries < MAX_RACES; tries++) {
      const parent = await control.readRef(ref);
      const version = await next(parent);
      if ("said" in version) return version.said;
      const commit = await control.commit({
        tree: version.tree,
        parents: parent === undefined ? [] : [parent],
        ...this.recordedAs({ ...version.origin, digest: version.digest }),
      });
      const moved = await control.updateRef(ref, commit, parent);
      if (moved.ok) return commit;
      // Another process recorded a version meanwhile: ours comes after it.
      if (moved.failure.reason !== "moved") throw new Error(`${ref} could not be moved: ${moved.failure.reason}`);
    }
    throw new Error(`${ref} moved ${MAX_RACES} times while a version was recorded`);
  }

  private async digestOf(version: string): Promise<string> {
    return readVersionMessage(await this.control.messageOf(version)).digest;
  }

  private recordedAs(version: VersionOrigin & { readonly digest: string }) {
    const author = { name: version.author, email: `${version.author}@multi-agent-coder.invalid` };
    return { message: versionMessage(version), author, time: new Date(this.clock.now()) };
  }
}

type OriginOf = (isFirst: boolean) => VersionOrigin;

/** What comes after the version `parent` (undefined: it is the first), or the version that says it already. */
type NextVersion<Said> = (
  parent: string | undefined,
) => Promise<
  { readonly tree: string; readonly origin: VersionOrigin; readonly digest: string } | { readonly said: Said }
>;

interface WrittenBacklog {
  /** What the version's tree holds besides lessons … */
  readonly entries: readonly TreeEntry[];
  /** … and what its folder of tasks does. */
  readonly tasks: readonly TreeEntry[];
}

function editOf(file: string, isFirst: boolean): VersionOrigin {
  return { author: "person", reason: isFirst ? `${file} as it was found` : `${file} was edited by hand` };
}
