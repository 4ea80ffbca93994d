import { CST, Lexer } from "yaml";

/** A problem in the block; `offset` is the position of the character it is at, in UTF-16 units. */
export interface BlockProblem {
  readonly message: string;
  readonly offset: number;
}

/** A plan has three levels. Far deeper nesting costs the parser its stack, or minutes. */
const MAX_NESTING = 50;
const MAX_INDENTATION = 200;
/** The lexer's own marks, which are not in the text. */
const MARKS = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);

/**
 * What a plan never needs and what makes a small file huge or slow: anchors, aliases, tags, directives, a second
 * document, deep nesting. Found before the text is parsed, in one pass that stops at `limit` problems.
 */
export function yamlHazards(yaml: string, limit: number): BlockProblem[] {
  const problems: BlockProblem[] = [];
  let offset = 0;
  let flowDepth = 0;
  let indicatorsInLine = 0;
  let isScalar = false;
  let startsLine = true;
  for (const token of new Lexer().lex(yaml)) {
    const type = isScalar ? "scalar" : CST.tokenType(token);
    isScalar = token === CST.SCALAR;
    if (type === "newline") indicatorsInLine = 0;
    if (type === "seq-item-ind" || type === "explicit-key-ind") indicatorsInLine++;
    if (type === "flow-seq-start" || type === "flow-map-start") flowDepth++;
    if (type === "flow-seq-end" || type === "flow-map-end") flowDepth--;
    const indentation = startsLine && type === "space" ? token.length : 0;
    startsLine = type === "newline";
    if (flowDepth > MAX_NESTING || indicatorsInLine > MAX_NESTING || indentation > MAX_INDENTATION) {
      return [...problems, { message: "it is nested too deeply", offset }];
    }
    const message = forbiddenToken(type, offset);
    if (message !== undefined) problems.push({ message, offset });
    if (problems.length === limit) break;
    if (!MARKS.has(token)) offset += token.length;
  }
  return problems;
}

function forbiddenToken(type: ReturnType<typeof CST.tokenType> | "scalar", offset: number): string | undefined {
  switch (type) {
    case "alias":
      return "aliases (*name) are not allowed; write the value out";
    case "anchor":
      return "anchors (&name) are not allowed; write the value out";
    case "tag":
      return "tags (!name) are not allowed";
    case "directive-line":
      return "directives (%NAME) are not allowed";
    case "doc-start":
      return offset === 0 ? undefined : "a second document (---) is not allowed";
    default:
      return undefined;
  }
}
