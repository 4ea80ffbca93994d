import type { ErrorObject } from "ajv";
import { type Document, isMap, isNode, isScalar, type Node } from "yaml";
import type { BlockProblem } from "./yamlHazards.ts";

/** One thing that is not as the schema has it, in words for people, where it stands in the block. */
export function schemaProblem(document: Document, value: unknown, error: ErrorObject): BlockProblem {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((part) => (/^\d+$/u.test(part) ? Number(part) : part));
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  const unknown: unknown = error.params.additionalProperty;
  const place = typeof unknown === "string" ? keyIn(node, unknown) : node;
  return { message: `${subject(path, value)}${expectation(error)}`, offset: offsetOf(place) };
}

export function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function keyIn(node: unknown, name: string): Node | undefined {
  const key = isMap(node) ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === name)?.key : undefined;
  return isNode(key) ? key : undefined;
}

/** The item as its owner knows it, and the field: `item P3 field files: `. */
function subject(path: readonly (string | number)[], value: unknown): string {
  const [top, index] = path;
  if (top === undefined) return "";
  if (top !== "items" || typeof index !== "number") return `field ${top}: `;
  const id = (value as { readonly items: readonly ({ readonly id?: unknown } | null)[] }).items[index]?.id;
  const item = typeof id === "string" && id.length <= 32 ? id : `number ${index + 1}`;
  return path.length > 2 ? `item ${item} field ${path[2]}: ` : `item ${item}: `;
}

function expectation(error: ErrorObject): string {
  const { params } = error;
  switch (error.keyword) {
    case "type":
      return `must be ${typeName(params.type)}, not ${describeValue(error.data)}${quoteAdvice(error)}`;
    case "required":
      return `the key "${params.missingProperty}" is missing`;
    case "additionalProperties":
      return `unknown key "${String(params.additionalProperty).slice(0, 80)}"; known keys: ${knownKeys(error)}`;
    case "const":
      return `must be ${params.allowedValue}, not ${describeValue(error.data)}`;
    case "enum":
      return `must be one of ${[params.allowedValues].flat().join(", ")}, not ${describeValue(error.data)}`;
    case "minLength":
      return "is empty";
    case "maxLength":
      return `has more than ${params.limit} characters`;
    case "minItems":
      return "is empty; at least one entry is needed";
    case "maxItems":
      return `has more than ${params.limit} entries`;
    case "pattern":
      return `${describeValue(error.data)} is not an id: a letter, then at most 31 letters, digits, _ or -`;
    default:
      return error.message ?? "is not valid";
  }
}

function knownKeys(error: ErrorObject): string {
  return Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {}).join(", ");
}

function quoteAdvice(error: ErrorObject): string {
  const isPlain = typeof error.data === "number" || typeof error.data === "boolean";
  return error.params.type === "string" && isPlain ? " (put it in quotes)" : "";
}

function typeName(type: unknown): string {
  const names: Readonly<Record<string, string>> = {
    string: "text",
    array: "a list",
    object: "a mapping",
    integer: "a whole number",
  };
  return names[String(type)] ?? String(type);
}

/** The value as messages quote it. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
