type Schema = Readonly<Record<string, unknown>>;

/** Leaves out what a JSON schema does not name: the demo model says more about a task than every schema asks for. */
export function fitToSchema(value: unknown, schema: unknown): unknown {
  if (!isRecord(schema)) return value;
  if (Array.isArray(value)) return value.map((entry) => fitToSchema(entry, schema.items));
  const properties = schema.properties;
  if (!isRecord(value) || !isRecord(properties)) return value;
  const known = Object.entries(value).filter(([name]) => name in properties);
  return Object.fromEntries(known.map(([name, entry]) => [name, fitToSchema(entry, properties[name])]));
}

function isRecord(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
