import { withoutHiddenCharacters } from "./visibleText.ts";

/** Mermaid refuses diagrams of more than 500 arrows or 50,000 characters; long before that nobody can read one. */
const MAX_NODES = 60;
const MAX_ARROWS = 200;

export function isReadableDiagram(nodes: number, arrows: number): boolean {
  return nodes <= MAX_NODES && arrows <= MAX_ARROWS;
}

/** A label inside `["…"]` of a mermaid flowchart, at most 60 characters. */
export function mermaidLabel(text: string): string {
  const line = withoutHiddenCharacters(text).replace(/\s+/gu, " ").trim();
  const characters = [...line];
  const shortened = characters.length <= 60 ? line : `${characters.slice(0, 59).join("")}…`;
  return shortened.replace(/[#"`<>&;|{}[\]()\\%]/gu, (character) => `#${character.codePointAt(0)};`);
}

/** Ids of ours are names in mermaid as well; a person's may be words of its language, such as `end`. */
export function mermaidName(id: string, index: number): string {
  return /^[A-Z]\d+$/u.test(id) ? id : `item${index + 1}`;
}
