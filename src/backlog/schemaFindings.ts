import { Ajv, type ErrorObject } from "ajv";
import type { JsonSchema } from "../core/agentRunner.ts";
import { closestName } from "./closestName.ts";
import { type Finding, quote, type ValuePath } from "./diagnostics.ts";

/** Checks values against one JSON schema and says in words what does not fit. An empty list means valid. */
export type SchemaCheck = (value: unknown) => readonly Finding[];

export function compileSchema(schema: JsonSchema): SchemaCheck {
  const validate = new Ajv({ allErrors: true, strict: true, verbose: true }).compile(schema);
  return (value) => {
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => toFinding(error, value, schema));
  };
}

function toFinding(error: ErrorObject, root: unknown, schema: JsonSchema): Finding {
  const path = [...pathOf(error.instancePath, root), ...ownKeyOf(error)];
  const task = path[0] === "tasks" ? idOfTask(root, path[1]) : undefined;
  return { kind: "schema", path, ...(task === undefined ? {} : { task }), ...explain(error, schema) };
}

function explain(error: ErrorObject, schema: JsonSchema): { message: string; suggestion?: string } {
  const params: Readonly<Record<string, unknown>> = error.params;
  switch (error.keyword) {
    case "required":
      return { message: `${quote(params.missingProperty)} is missing` };
    case "additionalProperties":
      return { message: `unknown key ${quote(params.additionalProperty)}`, ...suggestKey(error) };
    case "type":
      return {
        message: `expected ${typeName(params.type)}, found ${describe(error.data)}`,
        ...suggestType(error, schema),
      };
    case "const":
      return { message: `expected ${quote(params.allowedValue)}, found ${describe(error.data)}` };
    case "enum":
      return { message: `expected one of ${listOf(params.allowedValues)}, found ${describe(error.data)}` };
    case "pattern":
      return { message: `${describe(error.data)} ${patternRule(error)}` };
    case "minLength":
      return { message: "is empty" };
    case "maxLength":
      return { message: `is longer than ${String(params.limit)} characters` };
    case "minItems":
      return { message: "the list is empty; at least one entry is needed" };
    case "maxItems":
      return { message: `has more than ${String(params.limit)} entries` };
    default:
      return { message: error.message ?? `does not satisfy ${error.keyword}` };
  }
}

function patternRule(error: ErrorObject): string {
  switch (String(error.schemaPath.split("/").at(-2))) {
    case "id":
      return "is not an id: a letter, then at most 31 letters, digits, _ or -";
    case "track_id":
      return "is not a track id: a-z, 0-9 and -, at most 48, beginning with a letter or digit";
    case "model":
      return "is not a model: write provider/model";
    case "base":
      return "is not the id of a git tree: 40 or 64 hexadecimal digits";
    case "title":
    case "plan":
      return "must be one line of visible text";
    case "run":
      return "is not a command";
    default:
      if (String(error.data).trim() === "") return "is blank";
      return error.instancePath.includes("/depends_on/")
        ? "is not an id: a letter, then at most 31 letters, digits, _ or -"
        : "holds control characters";
  }
}

function suggestType(error: ErrorObject, schema: JsonSchema): { suggestion?: string } {
  const expected: unknown = error.params.type;
  if (error.data === null) {
    return { suggestion: isOptionalKey(error, schema) ? "leave the key out or give it a value" : "give it a value" };
  }
  if (expected === "array" && typeof error.data === "string") return { suggestion: "write it as a list: [ … ]" };
  if (expected === "string" && typeof error.data !== "object") return { suggestion: "put it in quotes" };
  if (
    expected === "object" &&
    typeof error.data === "string" &&
    /\/(?:acceptance|checks)\//u.test(error.instancePath)
  ) {
    return { suggestion: "write it as {run: …}" };
  }
  return {};
}

/** Ajv points at the rule that was broken, such as `#/properties/tasks/items/properties/title/type`. */
function isOptionalKey({ schemaPath }: ErrorObject, schema: JsonSchema): boolean {
  const steps = schemaPath.split("/").slice(1, -1);
  const key = steps.at(-1);
  if (key === undefined || steps.at(-2) !== "properties") return false;
  const parent = steps
    .slice(0, -2)
    .reduce<unknown>((at, step) => (at as Readonly<Record<string, unknown>>)[step], schema);
  const { required = [] } = parent as { readonly required?: readonly string[] };
  return !required.includes(key);
}

function suggestKey(error: ErrorObject): { suggestion?: string } {
  const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
  const close = closestName(String(error.params.additionalProperty), known);
  return { suggestion: close === undefined ? `known keys: ${known.join(", ")}` : `did you mean ${close}?` };
}

function describe(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a mapping" : quote(value);
}

function typeName(type: unknown): string {
  if (type === "array") return "a list";
  if (type === "object") return "a mapping";
  return type === "boolean" ? "true or false" : "text";
}

function listOf(values: unknown): string {
  return Array.isArray(values) ? values.join(", ") : String(values);
}

/** The key an error is about when ajv points at the mapping that has it, or should have it. */
function ownKeyOf(error: ErrorObject): readonly string[] {
  if (error.keyword === "additionalProperties") return [String(error.params.additionalProperty)];
  return error.keyword === "required" ? [String(error.params.missingProperty)] : [];
}

function pathOf(pointer: string, root: unknown): ValuePath {
  let at = root;
  return pointer
    .split("/")
    .slice(1)
    .map((part) => {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      const step = Array.isArray(at) ? Number(key) : key;
      at = (at as Readonly<Record<string | number, unknown>>)[step];
      return step;
    });
}

function idOfTask(root: unknown, index: string | number | undefined): string | undefined {
  const tasks = (root as { readonly tasks?: readonly unknown[] }).tasks;
  const task = typeof index === "number" ? tasks?.[index] : undefined;
  const id = typeof task === "object" && task !== null && "id" in task ? task.id : undefined;
  return typeof id === "string" && id.length <= 32 ? id : undefined;
}
