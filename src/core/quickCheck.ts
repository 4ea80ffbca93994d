import { z } from "zod";
import { isObject } from "./isObject.ts";

/** True: the value fits, for certain. False: ask the schema itself, which also has the words for what is wrong. */
export type QuickCheck = (value: unknown) => boolean;

/**
 * A check of a schema of plain data, made once and run a hundred thousand times: it makes nothing while it runs, where
 * the schema's own parsing makes a copy of each value. A part it does not know it leaves to that part's own parsing, so
 * it never says yes to what the schema refuses.
 */
export function quickCheck(schema: z.core.$ZodType): QuickCheck {
  if (schema instanceof z.ZodString && isPlain(schema)) return (value) => typeof value === "string";
  if (schema instanceof z.ZodNumber && isPlain(schema)) return Number.isFinite;
  if (schema instanceof z.ZodBoolean) return (value) => typeof value === "boolean";
  if (schema instanceof z.ZodLiteral) return isOneOf(schema.values);
  if (schema instanceof z.ZodEnum) return isOneOf(new Set<unknown>(schema.options));
  if (schema instanceof z.ZodOptional) return orElse(undefined, quickCheck(schema.unwrap()));
  if (schema instanceof z.ZodNullable) return orElse(null, quickCheck(schema.unwrap()));
  if (schema instanceof z.ZodArray && isPlain(schema)) {
    const item = quickCheck(schema.element);
    return (value) => Array.isArray(value) && value.every(item);
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const options = schema.options.map(quickCheck);
    return (value) => options.some((fits) => fits(value));
  }
  if (schema instanceof z.ZodObject && isPlain(schema)) {
    const { catchall } = schema.def;
    if (catchall === undefined) return objectCheck(schema.shape);
    if (catchall instanceof z.ZodNever) return strictly(schema.shape, objectCheck(schema.shape));
  }
  return (value) => z.safeParse(schema, value).success;
}

/** Nothing is asked of it beyond its type. */
function isPlain({ def }: { readonly def: { readonly checks?: unknown; readonly format?: unknown } }): boolean {
  const { checks, format } = def;
  return format === undefined && (!Array.isArray(checks) || checks.length === 0);
}

function objectCheck(shape: Readonly<Record<string, z.core.$ZodType>>): QuickCheck {
  const parts = Object.entries(shape).map(([name, part]) => ({ name, fits: quickCheck(part) }));
  return (value) => {
    if (!isObject(value)) return false;
    for (const { name, fits } of parts) if (!fits(value[name])) return false;
    return true;
  };
}

function strictly(shape: Readonly<Record<string, unknown>>, fits: QuickCheck): QuickCheck {
  const known = new Set(Object.keys(shape));
  return (value) => isObject(value) && Object.keys(value).every((name) => known.has(name)) && fits(value);
}

function isOneOf(values: ReadonlySet<unknown>): QuickCheck {
  return (value) => values.has(value);
}

function orElse(instead: null | undefined, fits: QuickCheck): QuickCheck {
  return (value) => value === instead || fits(value);
}
