import type { Complexity, Task } from "../types.ts";
import { DIFFICULT_WORK } from "./difficultWork.ts";
import type { EntrySize } from "./entrySizes.ts";

/** What kind of work a task is, and in a few words why. */
export interface TaskClass {
  readonly complexity: Complexity;
  readonly because: string;
}

/** More files, or an entry that reaches more, need a model that keeps several things in mind. */
const FEW_FILES = 3;
/** Points from which on a task is complex. */
const COMPLEX_POINTS = 2;

/**
 * M7. The task's own `complexity`; else `documentation` when everything it may write is for people to read; else points
 * for how much it touches and for words that speak of difficult work decide between `simple` and `complex`
 * (docs/decisions/0036-how-tasks-are-classified-and-estimated.md). In doubt it is complex. `sizeOf` says what an entry
 * reaches in the repository; without it, nothing is known to exist. Depends on nothing but its arguments.
 */
export function classifyTask(task: Task, sizeOf?: (entry: string) => EntrySize): TaskClass {
  if (task.complexity !== undefined) return { complexity: task.complexity, because: "says the task" };
  if (task.files.length > 0 && task.files.every(isForReaders)) {
    return { complexity: "documentation", because: "only documents" };
  }
  const reasons = [...extentReasons(task.files, sizeOf), ...wordReasons(task)];
  const points = reasons.reduce((sum, reason) => sum + reason.points, 0) - (isSmallChange(task.title) ? 1 : 0);
  if (points >= COMPLEX_POINTS) return { complexity: "complex", because: reasons.map(({ says }) => says).join(", ") };
  return { complexity: "simple", because: task.files.length === 0 ? "writes no files" : "little to touch" };
}

interface Reason {
  readonly says: string;
  readonly points: number;
}

const PROSE = /\.(?:md|mdx|markdown|rst|adoc|asciidoc|textile|txt|[1-8])$/iu;
const NAMED_PROSE = /^(?:README|CHANGELOG|CHANGES|CONTRIBUTING|AUTHORS|CREDITS|LICEN[CS]E|NOTICE|COPYING|HISTORY)\b/iu;
const PROSE_FOLDER = /(?:^|\/)(?:docs?|documentation|manual|man|guide|handbook|runbooks?|changelogs?)(?:\/|$)/iu;
/** In a folder of documents these are documents too; code there, such as a site's configuration, is code. */
const DOCUMENT_LIKE = /(?:^|\/)[^/.]+$|[*?]$|\.(?:html?|tex|png|jpe?g|gif|svg|webp|pdf|drawio|puml|mmd)$/iu;
/** Text files that programs read. */
const READ_BY_PROGRAMS = /(?:^|\/)(?:CMakeLists|requirements[^/]*|constraints[^/]*|robots)\.txt$/iu;

function isForReaders(entry: string): boolean {
  const name = entry.slice(entry.lastIndexOf("/") + 1);
  if (READ_BY_PROGRAMS.test(entry)) return false;
  return PROSE.test(name) || NAMED_PROSE.test(name) || (PROSE_FOLDER.test(entry) && DOCUMENT_LIKE.test(entry));
}

/** Tests come with any change; they do not make it harder. */
const TEST =
  /(?:^|\/)(?:tests?|specs?|__tests__|androidTest)\/|[._-](?:test|spec)s?\.[^/]+$|(?:^|\/)test_[^/]+$|Tests?\.[^/.]+$/u;

/** The same holds for the words of an interface, kept by language. */
const TRANSLATION =
  /(?:^|\/)(?:locales?|i18n|l10n|lang|translations?)\/.*\.(?:json|ya?ml|po|properties|strings|arb|xlf|ftl|toml)$/iu;

function extentReasons(files: readonly string[], sizeOf?: (entry: string) => EntrySize): Reason[] {
  const reach = sizeOf ?? (() => NOTHING);
  const code = files.filter((entry) => !isForReaders(entry) && !TEST.test(entry) && !TRANSLATION.test(entry));
  const wide = code.filter((entry) => isWide(entry, reach(entry)));
  const made = sizeOf === undefined ? [] : code.filter((entry) => reach(entry).files === 0);
  const large = code.filter((entry) => reach(entry).complexFiles > 0);
  return [
    ...(code.length >= FEW_FILES ? [{ says: `${code.length} files`, points: code.length > FEW_FILES ? 2 : 1 }] : []),
    ...(made.length >= 2 ? [{ says: `${made.length} new files`, points: 1 }] : []),
    ...wide.slice(0, 1).map((entry) => ({ says: `may write ${entry}`, points: 2 })),
    ...(large.length > 0
      ? [{ says: large.length === 1 ? "a large file" : `${large.length} large files`, points: large.length }]
      : []),
  ];
}

const NOTHING: EntrySize = { files: 0, bytes: 0, complexFiles: 0 };

/** A glob of which nothing is known may reach anything. */
function isWide(entry: string, { files }: EntrySize): boolean {
  return files > FEW_FILES || (files === 0 && /[*?[{]/u.test(entry));
}

function wordReasons({ title, description }: Task): Reason[] {
  return DIFFICULT_WORK.flatMap(([says, words]) => {
    if (words.test(title)) return [{ says, points: 2 }];
    return words.test(description) ? [{ says, points: 1 }] : [];
  });
}

/** A title that names a change of one place, whatever the words after it. */
const SMALL_CHANGE =
  /^(?:rename|bump|fix (?:a |the )?typos?|remove (?:the )?unused|delete (?:the )?unused|log|print|warn|show|hide|raise|lower|round|set|say|translate|sort|truncate|ignore|add (?:a |an |the )?(?:missing )?(?:(?:unit )?tests?|flag|option|constant|column|field|label|link|icon|index|tag|comment|log))\b/iu;
/** A title about something that is small by itself. */
const SMALL_THING =
  /\b(?:icons?|logos?|labels?|tooltips?|placeholders?|captions?|headings?|wording|typos?|notices?|health ?(?:checks?|endpoints?))\b/iu;

function isSmallChange(title: string): boolean {
  return SMALL_CHANGE.test(title.trim()) || SMALL_THING.test(title);
}
