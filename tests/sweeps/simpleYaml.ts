import { readSimpleYaml, type SimpleNode } from "../../src/backlog/simpleYaml.ts";
import { parseStrictYaml } from "../../src/backlog/strictYaml.ts";
import { mutate, seededRandom } from "../support/mutations.ts";
import { BACKLOG_TEXTS } from "./backlogTexts.ts";

/** How many of so many mutations the simple reader took, and where it reads other than the library. */
export interface Comparison {
  readonly mutations: number;
  readonly read: number;
  readonly differences: readonly string[];
}

/** Whatever the simple reader takes, the library takes too, with the same values at the same places. */
export function compareReaders(count: number, firstSeed = 0): Comparison {
  const differences: string[] = [];
  let read = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const original = BACKLOG_TEXTS[seed % BACKLOG_TEXTS.length] ?? "";
    const random = seededRandom(seed);
    const text = seed % 4 === 0 ? Buffer.from(mutate(original, random)).toString("utf8") : slip(original, random);
    const simple = readSimpleYaml(text);
    if (!simple) continue;
    read++;
    const difference = differenceOf(text, simple);
    if (difference !== undefined) differences.push(`seed ${seed}: ${difference}`);
  }
  return { mutations: count, read, differences };
}

const SLIPS = [
  " ",
  "  ",
  "\n",
  ":",
  ": ",
  "#",
  " #",
  "-",
  "- ",
  "\n- ",
  "\n  ",
  "'",
  '"',
  "[",
  "]",
  "{",
  "}",
  ",",
  "|",
  "|-\n",
  ">",
  "&",
  "*",
  "!",
  "?",
  "%",
  "@",
  "`",
  "\\",
  "~",
  "0",
  "1e3",
  ".5",
  "true",
  "null",
  "...",
  "\n---\n",
  "=",
  "<<: ",
  "é",
  "\u{1F98A}",
  "\u00A0",
  "\t",
  "\r",
];

/** One to three slips of the pen: removes up to three characters, puts in something that means something in YAML. */
function slip(text: string, random: () => number): string {
  const below = (limit: number) => Math.floor(random() * limit);
  let slipped = text;
  for (let left = 1 + below(3); left > 0; left--) {
    const at = below(slipped.length + 1);
    slipped = slipped.slice(0, at) + (SLIPS[below(SLIPS.length)] ?? "") + slipped.slice(at + below(4));
  }
  return slipped;
}

/** Undefined: none. */
export function differenceOf(text: string, simple: SimpleNode): string | undefined {
  const strict = parseStrictYaml("f", text);
  if (!strict.ok) return `the library refuses it: ${strict.failure[0]?.message}`;
  const value: unknown = strict.value.yaml.toJS({ maxAliasCount: 0 });
  if (!Bun.deepEquals(value, simple.value, true)) {
    return `${JSON.stringify(simple.value).slice(0, 300)} instead of ${JSON.stringify(value).slice(0, 300)}`;
  }
  const lineStarts = [0, ...[...text.matchAll(/\n/gu)].map((match) => match.index + 1)];
  for (const { path, start } of placesOf(simple, simple.start, [])) {
    const { line, column } = strict.value.locate(path);
    if ((lineStarts[line - 1] ?? 0) + column - 1 !== start) return `${JSON.stringify(path)} is not at ${start}`;
  }
  return undefined;
}

interface Place {
  readonly path: readonly (string | number)[];
  readonly start: number;
}

function placesOf(node: SimpleNode, start: number, path: Place["path"]): readonly Place[] {
  return [
    { path, start },
    ...[...(node.entries ?? [])].flatMap(([key, entry]) => placesOf(entry.node, entry.keyStart, [...path, key])),
    ...(node.items ?? []).flatMap((item, index) => placesOf(item, item.start, [...path, index])),
  ];
}

if (import.meta.main) {
  const { mutations, read, differences } = compareReaders(Number(process.argv[2] ?? 10_000));
  for (const difference of differences) console.error(difference);
  console.log(`${mutations} mutations, ${read} read by both, ${differences.length} differences`);
  process.exit(differences.length === 0 ? 0 : 1);
}
