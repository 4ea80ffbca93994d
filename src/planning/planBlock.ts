import { Ajv } from "ajv";
import { Document, isScalar, parseDocument, visit } from "yaml";
import { messageOf } from "../core/refusal.ts";
import { failure, type Result, success } from "../core/result.ts";
import type { ItemSource, Plan } from "../types.ts";
import { planCircles } from "./planCircles.ts";
import { planSchema } from "./planSchema.ts";
import { describeValue, offsetOf, schemaProblem } from "./planSchemaProblems.ts";
import { repositoryPathProblem } from "./repositoryPath.ts";
import { type BlockProblem, yamlHazards } from "./yamlHazards.ts";
import { PARSER_OPTIONS, yamlSyntaxProblems } from "./yamlSyntaxProblems.ts";

/** What is wrong with a block: at most `MAX_LOCATED` problems, in no order, of `total`. */
export interface BlockProblems {
  readonly problems: readonly BlockProblem[];
  readonly total: number;
}

/** Finding where a problem stands takes time in a large file, and nobody reads more. */
const MAX_LOCATED = 100;

const validate = new Ajv({ allErrors: true, verbose: true, strict: false }).compile<Plan>(planSchema);

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
 * Reads what `writePlanBlock` wrote, or a person's version of it. Refused, each with its place: what is not YAML,
 * anchors, aliases, tags and deep nesting (a block of ours has none, and they can make a small file huge), repeated or
 * unknown keys, values of the wrong type, no items, paths outside the repository, ids that are repeated, unknown, or
 * depend on each other in a circle.
 */
export function readPlanBlock(yaml: string): Result<Plan, BlockProblems> {
  try {
    const hazards = yamlHazards(yaml, MAX_LOCATED);
    if (hazards.length > 0) return allOf(hazards);
    const document = parseDocument(yaml, PARSER_OPTIONS);
    if (document.errors.length > 0) return allOf(yamlSyntaxProblems(yaml, document.errors));
    return readDocument(document);
  } catch (error) {
    const message = error instanceof RangeError ? "it is nested too deeply" : messageOf(error);
    return allOf([{ message: `not valid YAML: ${message}`, offset: 0 }]);
  }
}

function allOf(problems: readonly BlockProblem[]): Result<Plan, BlockProblems> {
  return failure({ problems: problems.slice(0, MAX_LOCATED), total: problems.length });
}

function readDocument(document: Document): Result<Plan, BlockProblems> {
  const textual = textualProblems(document);
  if (textual.length > 0) return allOf(textual);
  const value: unknown = document.toJS();
  if (!validate(value)) {
    const errors = validate.errors ?? [];
    const located = errors.slice(0, MAX_LOCATED).map((error) => schemaProblem(document, value, error));
    return failure({ problems: located, total: errors.length });
  }
  const problems = referenceProblems(document, value);
  return problems.length > 0 ? allOf(problems) : success(inFixedOrder(value));
}

/** Repeated keys, and `"\ud800"`: half a character could not be written again as it is. */
function textualProblems(document: Document): BlockProblem[] {
  const problems: BlockProblem[] = [];
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? key.value : undefined;
        if (keys.has(name))
          problems.push({ message: `the key "${String(name)}" is there twice`, offset: offsetOf(key) });
        keys.add(name);
      }
    },
    Scalar(_, node) {
      if (typeof node.value !== "string" || !/\p{Surrogate}/u.test(node.value)) return;
      problems.push({ message: "the text holds half a surrogate pair (\\ud800 to \\udfff)", offset: offsetOf(node) });
    },
  });
  return problems;
}

function referenceProblems(document: Document, plan: Plan): BlockProblem[] {
  const problems: BlockProblem[] = [];
  const report = (message: string, ...path: (string | number)[]) =>
    problems.push({ message, offset: offsetOf(document.getIn(["items", ...path], true)) });
  const ids = new Set<string>();
  for (const [index, { id }] of plan.items.entries()) {
    if (ids.has(id)) report(`the item ${id} is there twice`, index, "id");
    ids.add(id);
  }
  for (const [index, item] of plan.items.entries()) {
    for (const [position, path] of item.files.entries()) {
      const problem = repositoryPathProblem(path);
      if (problem === undefined) continue;
      report(`item ${item.id} field files: ${describeValue(path)} ${problem}`, index, "files", position);
    }
    for (const [position, needed] of item.depends_on.entries()) {
      if (ids.has(needed)) continue;
      report(`${item.id} depends on ${needed}, which is no item of the plan`, index, "depends_on", position);
    }
  }
  // Who waits for whom is told by unique ids only.
  for (const circle of ids.size < plan.items.length ? [] : planCircles(plan.items)) {
    const path = circle.map((index) => plan.items[index]?.id ?? "");
    const [first = 0] = circle;
    const position = plan.items[first]?.depends_on.indexOf(path[1] ?? "") ?? 0;
    report(`the items depend on each other in a circle: ${shownCircle(path)}`, first, "depends_on", position);
  }
  return problems;
}

/** A circle through hundreds of items is shown by its ends. */
function shownCircle(path: readonly string[]): string {
  return (path.length <= 12 ? path : [...path.slice(0, 6), "…", ...path.slice(-5)]).join(" -> ");
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
      provenance: item.provenance.map(sourceInFixedOrder),
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

function sourceInFixedOrder({ agent, item, effort }: ItemSource): ItemSource {
  return { agent, item, ...(effort === undefined ? {} : { effort }) };
}
