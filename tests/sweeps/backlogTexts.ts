import { stringify } from "yaml";

const TASK = {
  title: "A title",
  description: "First line.\n\n  - indented\nLast: line # no comment\n",
  files: ["src/a.ts"],
};
const VALUE = {
  version: 1,
  track_id: "a-track",
  title: 'It\'s a "feature": one',
  goal: { criteria: ["It works", "It is fast"], checks: [{ run: "npm test" }] },
  verify: ["bun test", "test -f 'a b'"],
  setup: ["npm ci"],
  tasks: [
    { id: "T001", ...TASK, acceptance: [{ run: 'grep -q "x" src/a.ts' }], complexity: "simple", status: "pending" },
    {
      id: "T002",
      ...TASK,
      depends_on: ["T001"],
      reads: ["src/b.ts", "docs/**"],
      context: "Known.\nMore.",
      network: true,
    },
    { id: "T003", ...TASK, depends_on: ["T001", "T002"], files: ["./x", ".github/**", "123", "1.5", "null", "yes"] },
  ],
};

const OPTIONS = { lineWidth: 0, aliasDuplicateObjects: false } as const;

const BY_HAND = `# Ours
version: 1
track_id: a-track # the branch
title: A feature

goal:
  criteria: ["It works", 'It''s fast', plain words]
  checks: [{run: "npm test"}, { run: node --test }]
verify: []
tasks:
# the first one
- id: T001
  title: One, with a comma [and brackets]
  description: |
    First line.

      indented
    # not a comment
  files: [src/a.ts, "src/[id]/*.ts"]
  depends_on: []
  acceptance:
    - run: test -f src/a.ts && echo 'it is there'
    - {run: "a \\"b\\" \\\\ c\\n"}
  allow_empty: false
  # between
  status: pending

- id: T002
  title: Two
  description: |-

    After a blank line.
  files:
  - src/b.ts
  - ./src/c.ts   # here
  depends_on:
    - T001
`;

/** Backlogs in the forms people and programs write them in. */
export const BACKLOG_TEXTS: readonly string[] = [
  BY_HAND,
  stringify(VALUE, OPTIONS),
  stringify(VALUE, { ...OPTIONS, indentSeq: false, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" }),
  stringify(VALUE, { ...OPTIONS, singleQuote: true, indent: 4 }),
  stringify(VALUE, { ...OPTIONS, lineWidth: 30 }),
  stringify(VALUE, { ...OPTIONS, collectionStyle: "flow" }),
  JSON.stringify(VALUE),
  JSON.stringify(VALUE, undefined, 2),
];
