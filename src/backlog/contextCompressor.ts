import { utf8Length } from "../core/utf8.ts";
import { CodeFences } from "./codeFences.ts";

/**
 * What a section of a message is about (O13), in the order in which levels give way: the environment first, the task
 * itself last. Within a level the section that comes last in the message goes first.
 */
export type ContextLevel = "environment" | "project" | "execution" | "task";

export interface Section {
  readonly name: string;
  readonly level: ContextLevel;
  /** Required sections are never touched. A section that is all or nothing is dropped, others are shortened first. */
  readonly keep: "always" | "whole" | "shortened";
  /** Without the closing line end. An item of several lines is one entry: it is kept or left out whole. */
  readonly lines: readonly string[];
  /** How many lines at the start and end frame the rest and stay with it. */
  readonly frame?: { readonly head: number; readonly tail: number };
}

export interface Omission {
  readonly section: string;
  readonly how: "dropped" | "shortened";
  /** Bytes of UTF-8 left out. */
  readonly bytes: number;
}

export interface Compressed {
  readonly text: string;
  readonly bytes: number;
  readonly omissions: readonly Omission[];
}

const GIVING_WAY: readonly ContextLevel[] = ["environment", "project", "execution", "task"];

/**
 * Joins sections with a blank line between them into at most `maxBytes` bytes of UTF-8. What does not fit is left out
 * in the order of the levels; a section is cut after a whole line, and never inside a code fence. Deterministic. When
 * the required sections alone are too large, the text is larger than asked for: the caller checks `bytes`.
 */
export function compressSections(sections: readonly Section[], maxBytes: number): Compressed {
  const kept = new Map(sections.map((section) => [section.name, section.lines]));
  const omissions: Omission[] = [];
  const text = () =>
    sections
      .flatMap((section) => kept.get(section.name)?.join("\n") ?? [])
      .filter((part) => part !== "")
      .join("\n\n");

  let excess = utf8Length(text()) - maxBytes;
  for (const section of inOrderOfGivingWay(sections)) {
    if (excess <= 0) break;
    const size = utf8Length(section.lines.join("\n"));
    const shortened = section.keep === "shortened" ? shortenSection(section, size - excess) : undefined;
    if (shortened) kept.set(section.name, shortened);
    else kept.delete(section.name);
    const left = shortened ? utf8Length(shortened.join("\n")) : 0;
    omissions.push({ section: section.name, how: shortened ? "shortened" : "dropped", bytes: size - left });
    excess = utf8Length(text()) - maxBytes;
  }
  const result = text();
  return { text: result, bytes: utf8Length(result), omissions };
}

/** All lines if they fit into `maxBytes`, else the first that do, not ending inside a code fence. Possibly none. */
export function firstLines(lines: readonly string[], maxBytes: number): readonly string[] {
  const fences = new CodeFences();
  let size = -1;
  let end = 0;
  for (const [index, entry] of lines.entries()) {
    size += utf8Length(entry) + 1;
    if (size > maxBytes) return lines.slice(0, end);
    for (const line of entry.split("\n")) fences.read(line);
    if (!fences.isOpen) end = index + 1;
  }
  return lines;
}

function inOrderOfGivingWay(sections: readonly Section[]): readonly Section[] {
  return GIVING_WAY.flatMap((level) =>
    sections
      .filter((section) => section.level === level && section.keep !== "always" && section.lines.length > 0)
      .reverse(),
  );
}

/** The section's first lines that fit into `maxBytes`, within its frame; undefined: none does. */
export function shortenSection(section: Section, maxBytes: number): readonly string[] | undefined {
  const { head, tail } = section.frame ?? { head: 0, tail: 0 };
  const opening = section.lines.slice(0, head);
  const closing = section.lines.slice(section.lines.length - tail);
  const framed = utf8Length([...opening, ...closing].join("\n")) + 1;
  const body = firstLines(section.lines.slice(head, section.lines.length - tail), maxBytes - framed);
  return body.some((line) => line.trim() !== "") ? [...opening, ...body, ...closing] : undefined;
}
