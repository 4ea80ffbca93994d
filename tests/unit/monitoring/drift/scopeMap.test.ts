import { describe, expect, test } from "bun:test";
import { ScopeMap } from "../../../../src/monitoring/drift/scopeMap.ts";

const map = new ScopeMap({
  mayWrite: (path) => path.startsWith("src/auth/"),
  files: ["src/auth/**"],
  reads: ["src/session/store.ts"],
  words: "Lock accounts after five failed logins",
  estimate: { tokens: undefined, lines: undefined, milliseconds: undefined },
});

describe("how far a path lies from the task", () => {
  const cases: [path: string, distance: number][] = [
    ["src/auth/login.ts", 0],
    ["./src/session/redis.ts", 0],
    ["src", 0],
    ["package.json", 0],
    ["", 0],
    ["node_modules/x/index.d.ts", 0],
    ["web/pages/accounts.tsx", 0],
    ["src/billing/tax.ts", 0.5],
    ["infra/prod/main.tf", 1],
    ["../other/x.ts", 1],
    ["/etc/passwd", 1],
  ];
  for (const [path, distance] of cases) test(path || "(none)", () => expect(map.distance(path)).toBe(distance));
});
