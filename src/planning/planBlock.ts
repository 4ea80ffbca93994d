import { Ajv, type ErrorObject } from "ajv";
import { Document, isAlias, isMap, isNode, isScalar, parseDocument, visit } from "yaml";
import { messageOf } from "../core/refusal.ts";
import { failure, type Result, success } from "../core/result.ts";
import type { Plan } from "../types.ts";
import { circularComponents } from "./circularComponents.ts";
import { planSchema } from "./planSchema.ts";

/** A problem in the block; `offset` is the position of the character it is at. */
export interface BlockProblem {
  readonly message: string;
  readonly offset: number;
}

const validate = new Ajv({ allErrors: true, strict: false }).compile<Plan>(planSchema);

/** The plan as YAML: every text exactly as it is, keys in a fixed order, ending in a line end. */
export function writePlanBlock(plan: Plan): string {
  const document = new Document(inFixedOrder(plan), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      // The library loses blanks of block scalars that begin or consist of them; quoted, every text is exact.
      if (typeof node.value === "string" && node.value.includes("\n") && !isPlainBlock(node.value)) {
        node.type = "QUOTE_DOUBLE";
      }
    },
  });
  return document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
}

/** Begins and ends with a printed character, and no line ends in a blank. */
function isPlainBlock(text: string): boolean {
  return !/^\s|[^\S\n]\n|\s$|\p{Cc}(?<!\n)/u.test(text);
}

/**
 * Reads what `writePlanBlock` wrote, or a person's version of it. Refused, with the place: what is not YAML, anchors,
 * aliases and tags (a block of ours has none, and they can make a small file huge), repeated or unknown keys, values
 * of the wrong type, ids that are repeated, unknown, or depend on each other in a circle.
 */
export function readPlanBlock(yaml: string): Result<Plan, BlockProblem> {
  const parsed = parseYaml(yaml);
  if (!parsed.ok) return parsed;
  const document = parsed.value;
  const forbidden = forbiddenNode(document);
  if (forbidden !== undefined) return failure(forbidden);

  const value: unknown = document.toJS();
  if (!validate(value)) return failure(schemaProblem(document, validate.errors ?? []));
  const problem = referenceProblem(document, value);
  return problem === undefined ? success(inFixedOrder(value)) : failure(problem);
}

function parseYaml(yaml: string): Result<Document, BlockProblem> {
  try {
    // Uniqueness of keys is checked below: the library compares all with all.
    const document = parseDocument(yaml, { uniqueKeys: false, prettyErrors: false, logLevel: "silent" });
    const [error] = document.errors;
    return error === undefined
      ? success(document)
      : failure({ message: `not valid YAML: ${error.message}`, offset: error.pos[0] });
  } catch (error) {
    const message = error instanceof RangeError ? "it is nested too deeply" : messageOf(error);
    return failure({ message: `not valid YAML: ${message}`, offset: 0 });
  }
}

function forbiddenNode(document: Document): BlockProblem | undefined {
  let problem: BlockProblem | undefined;
  visit(document, {
    Node(_, node) {
      const refuse = (message: string) => {
        problem = { message, offset: node.range?.[0] ?? 0 };
        return visit.BREAK;
      };
      if (isAlias(node)) return refuse("aliases (*name) are not allowed; write the value out");
      if (node.anchor !== undefined) return refuse("anchors (&name) are not allowed; write the value out");
      if (node.tag?.startsWith("!")) return refuse("tags (!name) are not allowed");
      if (!isMap(node)) return undefined;
      const keys = new Set<unknown>();
      for (const { key } of node.items) {
        const name = isScalar(key) ? key.value : undefined;
        if (keys.has(name)) {
          problem = { message: `the key "${String(name)}" is there twice`, offset: offsetOf(key) };
          return visit.BREAK;
        }
        keys.add(name);
      }
      return undefined;
    },
  });
  return problem;
}

/** The first problem in the file, and how many more there are. */
function schemaProblem(document: Document, errors: readonly ErrorObject[]): BlockProblem {
  const located = errors.map((error) => schemaErrorPlace(document, error));
  const [first] = located.sort((left, right) => left.offset - right.offset);
  const more = located.length > 1 ? ` (and ${located.length - 1} more)` : "";
  return { message: `${first?.message ?? "not a plan"}${more}`, offset: first?.offset ?? 0 };
}

function schemaErrorPlace(document: Document, error: ErrorObject): BlockProblem {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((part) => (/^\d+$/u.test(part) ? Number(part) : part));
  const field = path.length === 0 ? "the plan" : path.join(".");
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  const unknown: unknown = error.params.additionalProperty;
  if (typeof unknown === "string" && isMap(node)) {
    const key = node.items.find((pair) => isScalar(pair.key) && pair.key.value === unknown)?.key;
    return { message: `${field}: unknown key "${unknown}"`, offset: offsetOf(key) };
  }
  return { message: `${field}: ${expectation(error)}`, offset: offsetOf(node) };
}

function expectation(error: ErrorObject): string {
  const allowed: unknown = error.params.allowedValues ?? error.params.allowedValue;
  const choices = allowed === undefined ? "" : `: ${[allowed].flat().join(", ")}`;
  return `${error.message ?? "is not valid"}${choices}`;
}

function referenceProblem(document: Document, plan: Plan): BlockProblem | undefined {
  const place = (...path: (string | number)[]) => offsetOf(document.getIn(["items", ...path], true));
  const ids = new Set<string>();
  for (const [index, { id }] of plan.items.entries()) {
    if (ids.has(id)) return { message: `the item ${id} is there twice`, offset: place(index, "id") };
    ids.add(id);
  }
  for (const [index, item] of plan.items.entries()) {
    const unknown = item.depends_on.findIndex((needed) => !ids.has(needed));
    if (unknown < 0) continue;
    const message = `${item.id} depends on ${item.depends_on[unknown]}, which is no item of the plan`;
    return { message, offset: place(index, "depends_on", unknown) };
  }
  const circular = itemOnCircle(plan);
  if (circular < 0) return undefined;
  return {
    message: `${plan.items[circular]?.id} depends on itself, directly or through others`,
    offset: place(circular, "depends_on"),
  };
}

/** The position of the first item that can be reached from itself, or -1. */
function itemOnCircle({ items }: Plan): number {
  const positions = new Map(items.map(({ id }, index) => [id, index]));
  const needs = items.map((item) => item.depends_on.flatMap((id) => positions.get(id) ?? []));
  const components = circularComponents(needs);
  return needs.findIndex((list, index) => components.has(index) || list.includes(index));
}

/** The same plan with its keys in the order of the file, whatever order they were made or written in. */
function inFixedOrder(plan: Plan): Plan {
  return {
    version: plan.version,
    title: plan.title,
    goal: plan.goal,
    approach: plan.approach,
    agents: plan.agents,
    missing: plan.missing.map(({ agent, reason }) => ({ agent, reason })),
    items: plan.items.map((item) => ({
      id: item.id,
      title: item.title,
      description: item.description,
      files: item.files,
      depends_on: item.depends_on,
      acceptance: item.acceptance,
      ...(item.effort === undefined ? {} : { effort: item.effort }),
      provenance: item.provenance.map(({ agent, item: id }) => ({ agent, item: id })),
      agreement: { named: item.agreement.named, answered: item.agreement.answered },
    })),
    risks: plan.risks,
    acceptance: plan.acceptance,
    disagreements: plan.disagreements.map(({ about, positions, settled }) => ({
      about,
      positions: positions.map(({ agent, says }) => ({ agent, says })),
      settled,
    })),
  };
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}
