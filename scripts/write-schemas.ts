// Writes the published JSON schemas into the folder given as the only argument: `bun scripts/write-schemas.ts dist/schemas`.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { backlogSchema } from "../src/backlog/backlogSchema.ts";
import { doctorSchema } from "../src/commands/doctorDocument.ts";
import { statusSchema } from "../src/commands/statusDocument.ts";
import { optionsSchema } from "../src/config.ts";
import { researchSchema } from "../src/planning/researchSchema.ts";
import { artifactSchema } from "../src/recovery/artifacts/artifactRecord.ts";
import { sessionSchema } from "../src/recovery/session/sessionSchema.ts";

/** File name → schema. */
const schemas = {
  "options.schema.json": z.toJSONSchema(optionsSchema, { io: "input" }),
  "backlog.schema.json": backlogSchema,
  "status.schema.json": z.toJSONSchema(statusSchema),
  "doctor.schema.json": z.toJSONSchema(doctorSchema),
  "research.schema.json": researchSchema,
  "artifact.schema.json": z.toJSONSchema(artifactSchema),
  "session.schema.json": z.toJSONSchema(sessionSchema),
};

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: write-schemas.ts <folder>");
await mkdir(folder, { recursive: true });
for (const [name, schema] of Object.entries(schemas)) {
  await writeFile(join(folder, name), `${JSON.stringify(schema, null, 2)}\n`);
}
