import type { OpenQuestion } from "../../core/commandContext.ts";
import { fitColumns, toPlainLine, toPlainLines } from "../../monitoring/terminalText.ts";
import type { Inquiry } from "../../recovery/taskState.ts";

/** Columns of a question that a table, a log line or the last line of a run shows; `answer` without words shows it whole. */
const SHOWN_COLUMNS = 300;

/** What can stand between double quotes in any shell, whoever wrote it, and means itself there. */
const COPYABLE = /^[\p{L}\p{N} .,:;/@%+=_()?-]+$/u;

const OWN_WORDS = "your own words";

/** What a person is asked, in one line. */
export function inquiryLine({ kind, question, reasons }: Inquiry): string {
  return fitColumns(toPlainLine(kind === "approval" ? reasons.join("; ") : question), SHOWN_COLUMNS);
}

/** All of it, over several lines: what is asked, and what there is to choose from. */
export function inquiryText({ kind, options, question, reasons }: Inquiry): string {
  const asked = toPlainLines(question);
  const choices = options.map((option) => `  ${JSON.stringify(toPlainLine(option))}`);
  return [...asked, ...(kind === "approval" ? reasons.map((reason) => `  ${toPlainLine(reason)}`) : choices)].join(
    "\n",
  );
}

/** What its task wants of a person, as a sentence. */
export function inquirySentence(inquiry: Inquiry): string {
  if (inquiry.kind === "approval") return `waits for you: ${toPlainLine(inquiry.question)}`;
  const line = inquiryLine(inquiry);
  return `asks you: ${line}${/[.?!…]$/u.test(line) ? "" : "."}`;
}

/** The same for a host that can ask on the spot. */
export function openQuestion(task: string, inquiry: Inquiry): OpenQuestion {
  const { checkpoint, kind, options, question, reasons } = inquiry;
  if (kind === "question") {
    const text = toPlainLines(question).join("\n");
    return { checkpoint, task, text, options: options.map((answer) => ({ answer, meaning: "" })) };
  }
  const text = [`May the work of ${task} land?`, ...reasons.map((reason) => `- ${toPlainLine(reason)}`)].join("\n");
  return { checkpoint, task, text, options: [{ answer: "approve", meaning: "other words send it back with them" }] };
}

/** The flags of `answer`, to be copied into a shell, and what else may be said. */
export function answerFlags({ checkpoint, kind, options }: Inquiry): string {
  const flags = `--checkpoint=${checkpoint}`;
  if (kind === "approval") return `${flags} --input=approve (other words send it back with them)`;
  const [first, ...others] = options.map((option) => JSON.stringify(toPlainLine(option)));
  if (first === undefined) return `${flags} --input="…" (${OWN_WORDS})`;
  if (!COPYABLE.test(options[0] ?? "")) return `${flags} --input="…" (${choice([first, ...others])})`;
  return `${flags} --input=${first} (or ${choice(others)})`;
}

function choice(options: readonly string[]): string {
  return options.length === 0 ? OWN_WORDS : `${fitColumns(options.join(", "), SHOWN_COLUMNS)}, or ${OWN_WORDS}`;
}
