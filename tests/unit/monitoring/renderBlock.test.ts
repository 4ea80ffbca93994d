import { describe, expect, test } from "bun:test";
import { formatElapsed, renderBlock } from "../../../src/monitoring/renderBlock.ts";
import type { RunSnapshot, WorkerActivity } from "../../../src/monitoring/runSnapshot.ts";
import { columnsOf } from "../../../src/monitoring/terminalText.ts";

const WIDE = { columns: 100, rows: 40 };

function worker(taskId: string, changes: Partial<WorkerActivity> = {}): WorkerActivity {
  return { taskId, title: "Add the parser", doing: "working", startedAt: 0, ...changes };
}

function snapshot(changes: Partial<RunSnapshot> = {}): RunSnapshot {
  return {
    phaseId: "implement",
    startedAt: 0,
    tasks: { total: 6, complete: 2, failed: 0 },
    workers: [worker("T001")],
    tokens: 12_345,
    ...changes,
  };
}

describe("renderBlock", () => {
  test("shows tasks, tokens and time, and a line for each worker", () => {
    const workers = [worker("T1"), worker("T002", { startedAt: 60_000, doing: "edit src/a.ts" })];
    expect(renderBlock(snapshot({ workers }), 125_000, WIDE)).toEqual([
      "implement: 2/6 done · 12,345 tokens · 2m05s",
      "  T1     2m05s  Add the parser · working",
      "  T002   1m05s  Add the parser · edit src/a.ts",
    ]);
  });

  test("counts failures only when there are some", () => {
    const failed = snapshot({ tasks: { total: 6, complete: 2, failed: 1 }, workers: [] });
    expect(renderBlock(failed, 0, WIDE)).toEqual(["implement: 2/6 done · 1 failed · 12,345 tokens · 0s"]);
  });

  test("no line reaches the last column, however narrow the terminal and wide the text", () => {
    const workers = [worker("T001", { title: "日本語のタイトル 🚀".repeat(5), doing: "編集する src/文字.ts" })];
    for (let columns = 1; columns <= 90; columns++) {
      for (const line of renderBlock(snapshot({ workers }), 0, { columns, rows: 40 })) {
        expect(columnsOf(line)).toBeLessThan(Math.max(2, columns));
      }
    }
  });

  test("what a worker does outlasts its title when it gets narrow", () => {
    const [, line] = renderBlock(snapshot({ workers: [worker("T001", { doing: "verifying" })] }), 0, {
      columns: 34,
      rows: 40,
    });
    expect(line).toBe("  T001      0s  Add … · verifying");
  });

  test("leaves half of the screen to the messages", () => {
    const workers = Array.from({ length: 30 }, (_, index) => worker(`T${index}`));
    const lines = renderBlock(snapshot({ workers }), 0, { columns: 80, rows: 24 });
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(lines.at(-1)).toBe("  … 21 more");
  });

  test("text of a model cannot leave its line", () => {
    const [, line] = renderBlock(
      snapshot({ workers: [worker("T1", { title: "a\nb\u001b[2J", doing: "x\ry" })] }),
      0,
      WIDE,
    );
    expect(line).toBe("  T1      0s  a b · x y");
  });
});

test("elapsed times", () => {
  expect([-5, 0, 59_999, 60_000, 3_599_000, 3_720_000].map(formatElapsed)).toEqual([
    "0s",
    "0s",
    "59s",
    "1m00s",
    "59m59s",
    "1h02m",
  ]);
});
