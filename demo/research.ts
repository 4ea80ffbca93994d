import type { Research } from "../src/types.ts";

/** What the demo's researcher says of the one standard the feature names. */
export const DEMO_RESEARCH: Omit<Research, "version"> = {
  findings: [
    {
      says: "In CSV a field that holds a comma, a quote or a line break stands in double quotes, and quotes in it are doubled.",
      source: "RFC 4180, section 2",
    },
    {
      says: "Lines of CSV end in CRLF; the header line has as many fields as each record.",
      source: "RFC 4180, section 2",
    },
    { says: "Amounts are kept in whole cents.", source: "src/expense.ts" },
  ],
  constraints: ["The package has no dependencies."],
  risks: ["A program that opens a CSV file may run a field that begins with = as a formula."],
};
