import { describe, expect, test } from "bun:test";
import { shellPaths } from "../../../../src/monitoring/drift/shellPaths.ts";

describe("what a command writes", () => {
  const cases: [command: string, written: string[]][] = [
    ["echo x > src/a.ts", ["src/a.ts"]],
    ["echo x >>src/a.ts 2>&1", ["src/a.ts"]],
    ["npm test > out.txt 2> err.txt", ["out.txt", "err.txt"]],
    ["cat <<'END' > src/a.ts\nrm -rf b > c\nEND", ["src/a.ts"]],
    ["sed -i 's/a > b/c/' src/a.ts ./src/b.ts", ["src/a.ts", "src/b.ts"]],
    ["sed -n '1,20p' src/a.ts", []],
    ["perl -pi -e 's/x/y/' lib/a.pm", ["lib/a.pm"]],
    ["cp a.ts src/b.ts && mv c d/e.ts; touch f.ts", ["src/b.ts", "d/e.ts", "f.ts"]],
    ["cat x | tee -a log/y.txt", ["log/y.txt"]],
    ["cd packages/a && echo x > src/b.ts", ["packages/a/src/b.ts"]],
    ["cd /w/tree && echo x > src/b.ts", ["/w/tree/src/b.ts"]],
    ["echo 'a -> b' \"c > d\"", []],
    ["awk '$1 > 5' data.txt", []],
    ["echo x > $FILE; echo y > $DIR/z", []],
    ['echo x > "src/a.ts"', ["src/a.ts"]],
    ["", []],
  ];
  for (const [command, written] of cases) {
    test(JSON.stringify(command), () => expect(shellPaths(command).written).toEqual(written));
  }
});

test("what a command reads and removes", () => {
  expect(shellPaths("cat src/a.ts | head -5; grep -rn word src/b").read).toEqual(["src/a.ts", "src/b"]);
  expect(shellPaths("rm -f repro.js ./tmp/x").removed).toEqual(["repro.js", "tmp/x"]);
});
