import { sendableText } from "../core/sendableText.ts";
import { unreachable } from "../core/unreachable.ts";
import { utf8Length } from "../core/utf8.ts";
import type { Task } from "../types.ts";
import { shortList } from "./evidence.ts";
import { foreignTask } from "./foreignText.ts";
import { describeSecret, type SecretFinding, scanForSecrets } from "./secretScan.ts";

/** A task's message as it would be sent, and what it may be made of. */
export interface ContextToVerify {
  readonly task: Task;
  readonly message: string;
  /** Bytes of UTF-8. */
  readonly maxBytes: number;
  /**
   * Texts a message may hold besides its task's own: the feature's title, criteria and commands, titles of what was
   * done before, what earlier attempts printed, the sentences every message has.
   */
  readonly shared: readonly string[];
  /** Every task of the backlog. */
  readonly tasks: readonly Task[];
  /** The task's files that have changed since its context was written; undefined: nobody knows what it was written for. */
  readonly changedSince: readonly string[] | undefined;
}

/** What is wrong with a task's message. Findings hold places, never what stands there. */
export type ContextFinding =
  | { readonly reason: "too_large"; readonly bytes: number; readonly limit: number }
  /** Fields that the message does not hold word for word. */
  | { readonly reason: "incomplete"; readonly fields: readonly string[] }
  | { readonly reason: "other_task"; readonly other: string }
  | { readonly reason: "secret"; readonly field: string; readonly secret: SecretFinding }
  /** Let through by a `secretlint-disable` comment. */
  | { readonly reason: "secret_allowed"; readonly field: string; readonly secret: SecretFinding }
  /** Taken out of the message: they can steer a terminal or a model, and no text needs them. */
  | { readonly reason: "control_characters"; readonly field: string }
  /** The context was left out, since it may no longer be true. */
  | { readonly reason: "stale"; readonly paths: readonly string[] };

/** True for what cannot be sent at all; the rest has been mended, or a person allowed it. */
export function isFatal({ reason }: ContextFinding): boolean {
  switch (reason) {
    case "too_large":
    case "incomplete":
    case "other_task":
    case "secret":
      return true;
    case "secret_allowed":
    case "control_characters":
    case "stale":
      return false;
    default:
      return unreachable(reason);
  }
}

/**
 * M13: looks at a task's message before its agent starts: it fits, it is complete, it is about the state of the files
 * that the agent will see, it holds nothing of other tasks, and no key. Reads nothing and changes nothing.
 */
export async function verifyContext(context: ContextToVerify): Promise<readonly ContextFinding[]> {
  return [
    ...sizeFindings(context),
    ...completenessFindings(context),
    ...freshnessFindings(context),
    ...otherTaskFindings(context),
    ...controlCharacterFindings(context.task),
    ...(await secretFindings(context)),
  ];
}

/** A finding in one line, for a person. It never repeats what it found. */
export function describeContextFinding(finding: ContextFinding): string {
  switch (finding.reason) {
    case "too_large":
      return `its message would take ${finding.bytes} bytes, at most ${finding.limit} are sent`;
    case "incomplete":
      return `its message lacks ${shortList(finding.fields)}`;
    case "other_task":
      return `its message holds text of task ${finding.other}`;
    case "secret":
      return `${finding.field} holds ${describeSecret(finding.secret)}: take it out, or mark the line with secretlint-disable-line`;
    case "secret_allowed":
      return `${finding.field} holds ${describeSecret(finding.secret)}; it is sent because a secretlint-disable comment says so`;
    case "control_characters":
      return `${finding.field} held control or broken characters; they are not sent`;
    case "stale":
      return `its context is left out: ${shortList(finding.paths)} changed after it was written`;
    default:
      return unreachable(finding);
  }
}

function sizeFindings({ message, maxBytes }: ContextToVerify): ContextFinding[] {
  const bytes = utf8Length(message);
  return bytes > maxBytes ? [{ reason: "too_large", bytes, limit: maxBytes }] : [];
}

/** The fields that are never left out stand in the message word for word, but for what cannot be sent. */
function completenessFindings({ task, message }: ContextToVerify): ContextFinding[] {
  const required = fieldsOf(task).filter(([field]) => !["context", "reads"].includes(field.split("[")[0] ?? ""));
  const lacking = [["id", task.id] as const, ...required].filter(
    ([, text]) => !message.includes(sendableText(text).trimEnd()),
  );
  return lacking.length === 0 ? [] : [{ reason: "incomplete", fields: lacking.map(([field]) => field) }];
}

function freshnessFindings({ task, changedSince = [] }: ContextToVerify): ContextFinding[] {
  const isStale = task.context.trim() !== "" && changedSince.length > 0;
  return isStale ? [{ reason: "stale", paths: changedSince }] : [];
}

function otherTaskFindings({ task, tasks, message, shared }: ContextToVerify): ContextFinding[] {
  const own = fieldsOf(task).map(([, text]) => text);
  const others = tasks.filter(({ id }) => id !== task.id);
  const other = foreignTask(message, [...own, ...shared], others);
  return other === undefined ? [] : [{ reason: "other_task", other: other.id }];
}

function controlCharacterFindings(task: Task): ContextFinding[] {
  return fieldsOf(task)
    .filter(([, text]) => sendableText(text) !== text.replace(/\r\n/gu, "\n"))
    .map(([field]) => ({ reason: "control_characters", field }));
}

async function secretFindings({ task, shared }: ContextToVerify): Promise<ContextFinding[]> {
  const places = [...fieldsOf(task), ["what it shares with other tasks", shared.join("\n")] as const];
  const found = places.map(async ([field, text]): Promise<ContextFinding[]> => {
    const scan = await scanForSecrets(text);
    return [
      ...scan.found.map((secret) => ({ reason: "secret" as const, field, secret })),
      ...scan.allowed.map((secret) => ({ reason: "secret_allowed" as const, field, secret })),
    ];
  });
  return (await Promise.all(found)).flat();
}

/** Everything a person or an agent wrote for a task, by the name of its field. */
function fieldsOf(task: Task): readonly (readonly [field: string, text: string])[] {
  const listed = (field: string, items: readonly string[]) =>
    items.map((item, index) => [`${field}[${index}]`, item] as const);
  return [
    ["title", task.title],
    ["description", task.description],
    ["context", task.context],
    ...listed("files", task.files),
    ...listed("reads", task.reads),
    ...listed(
      "acceptance",
      task.acceptance.map((check) => check.run),
    ),
  ];
}
