import type { Backlog, Task } from "../../types.ts";
import { type Finding, quote } from "../diagnostics.ts";
import { type PathPattern, parsePathPattern } from "../pathPattern.ts";
import type { Origin } from "../repositoryFacts.ts";
import type { RepositoryIndex } from "../repositoryIndex.ts";
import type { HasPath } from "../taskGraph.ts";
import { fixedFolder, taskWriters } from "../taskWriters.ts";

/** Looking for a similar name means comparing with many: later findings get no advice. */
const MAX_SUGGESTIONS = 50;

type Remark = Pick<Finding, "severity" | "message" | "suggestion">;

/**
 * Held against the repository: what a task may write can be written and seen, and what it reads is there or made
 * before it. A path that does not exist is one the task creates; that no other task creates it at the same time is the
 * overlaps pass's. `hasPath` is missing where the graph is not sound; then any other task may come before.
 */
export function checkScopes(
  backlog: Backlog,
  origin: Origin,
  repository: RepositoryIndex,
  hasPath: HasPath | undefined,
): readonly Finding[] {
  const { tasks } = backlog;
  const writers = taskWriters(tasks);
  const doubt = origin === "person" ? ({ severity: "warning" } as const) : {};
  const suggest = limited(MAX_SUGGESTIONS, (path: string) => repository.suggest(path));

  const inTask = (
    task: Task,
    index: number,
    field: "files" | "reads",
    remarkOn: (entry: string, pattern: PathPattern) => Remark | undefined,
  ) =>
    task[field].flatMap((entry, at): Finding[] => {
      const pattern = parsePathPattern(entry);
      const remark = pattern.ok ? remarkOn(entry, pattern.value) : undefined;
      return remark ? [{ kind: "scope", path: ["tasks", index, field, at], task: task.id, ...remark }] : [];
    });

  const remarkOnRead = (
    task: Task,
    index: number,
    entry: string,
    { text, literal }: PathPattern,
  ): Remark | undefined => {
    const path = literal ? text : fixedFolder(text);
    if (path === "" || repository.hasFile(path) || repository.hasFolder(path)) return undefined;
    if (repository.linkOf(path) !== undefined) return undefined;
    const makers = writers(path);
    if (makers.some((maker) => maker === index || hasPath?.(tasks[maker]?.id ?? "", task.id) !== false))
      return undefined;
    const maker = tasks[makers[0] ?? -1];
    if (maker) {
      const suggestion = `add ${maker.id} to depends_on of ${task.id}`;
      return {
        ...doubt,
        message: `${quote(entry)} is made by ${maker.id}, which ${task.id} does not wait for`,
        suggestion,
      };
    }
    return { ...doubt, message: `${quote(entry)} ${whyNotThere(path, repository)}`, ...didYouMean(suggest(path)) };
  };

  return tasks.flatMap((task, index) => {
    if (task.status === "complete") return [];
    return [
      ...inTask(task, index, "files", (entry, pattern) => remarkOnFile(entry, pattern, repository, doubt, suggest)),
      ...inTask(task, index, "reads", (entry, pattern) => remarkOnRead(task, index, entry, pattern)),
    ];
  });
}

function remarkOnFile(
  entry: string,
  { text, literal }: PathPattern,
  repository: RepositoryIndex,
  doubt: Pick<Finding, "severity">,
  suggest: (path: string) => string | undefined,
): Remark | undefined {
  const { facts } = repository;
  const place = literal ? text : fixedFolder(text);
  const submodule = repository.submoduleOf(place);
  if (submodule !== undefined)
    return { message: `${quote(entry)} lies in the submodule ${submodule}, which no task may change` };
  const link = facts.links.has(text) ? text : repository.linkOf(place);
  if (link !== undefined) {
    const what = link === text ? "is a symbolic link" : `cannot be written: ${link} is a symbolic link`;
    return { message: `${quote(entry)} ${what}`, suggestion: "name what it points to" };
  }
  const above = repository.fileAbove(place) ?? (!literal && repository.hasFile(place) ? place : undefined);
  if (above !== undefined) return { message: `${quote(entry)} cannot be written: ${above} is a file` };

  const file = facts.files.get(text);
  if (file?.isGenerated) {
    return {
      ...doubt,
      message: `${quote(entry)} is made by a program, which would overwrite what a task writes`,
      suggestion: "list what it is made from",
    };
  }
  if (file) return undefined;
  if (place !== "" && repository.hasFolder(place)) {
    if (!literal || entry.endsWith("/")) return undefined;
    return {
      severity: "warning",
      message: `${quote(entry)} is a folder, all of which the task may write`,
      suggestion: `write ${text}/ if that is meant`,
    };
  }
  if (place === "") return undefined;
  if ((literal && facts.isIgnored(text)) || facts.isIgnored(`${place}/`)) {
    return {
      message: `${quote(entry)} is ignored by git, so what is written there would never be seen`,
      suggestion: "list a path that git does not ignore",
    };
  }
  return remarkOnNewPath(entry, literal ? text : undefined, place, repository, suggest);
}

/** A new path is a task's right; what looks like a slip is told. */
function remarkOnNewPath(
  entry: string,
  path: string | undefined,
  place: string,
  repository: RepositoryIndex,
  suggest: (path: string) => string | undefined,
): Remark | undefined {
  if (path === undefined) {
    return {
      severity: "warning",
      message: `${quote(entry)} matches nothing yet: there is no folder ${place}`,
      ...didYouMean(suggest(place)),
    };
  }
  const spelled = repository.spelledOtherwise(path);
  if (spelled !== undefined)
    return { severity: "warning", message: `${quote(entry)} differs from ${spelled} in the case of letters only` };
  return repository.facts.isInWorkTree(path)
    ? { severity: "warning", message: `${quote(entry)} ${whyNotThere(path, repository)}` }
    : undefined;
}

function whyNotThere(path: string, { facts }: RepositoryIndex): string {
  if (!facts.isInWorkTree(path)) return "does not exist, and no task before this one makes it";
  return facts.isIgnored(path)
    ? "is ignored by git, so it is not in the commit the tasks start from"
    : "is in your work tree only, not in the commit the tasks start from; commit it first";
}

function didYouMean(suggestion: string | undefined): Pick<Finding, "suggestion"> {
  return suggestion === undefined ? {} : { suggestion: `did you mean ${suggestion}?` };
}

function limited<Answer>(times: number, ask: (path: string) => Answer): (path: string) => Answer | undefined {
  let left = times;
  return (path) => (left-- > 0 ? ask(path) : undefined);
}
