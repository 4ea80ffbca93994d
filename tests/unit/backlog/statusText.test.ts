import { describe, expect, test } from "bun:test";
import { parseBacklogDocument } from "../../../src/backlog/backlogDocument.ts";
import { StatusText } from "../../../src/backlog/statusText.ts";

function statusText(text: string): StatusText {
  const document = parseBacklogDocument("f", Buffer.from(text));
  if (!document.ok) throw new Error(JSON.stringify(document.failure));
  return StatusText.from(document.value.text, document.value.yaml);
}

describe("setting a status", () => {
  test.each([
    [
      "plain, with comments around",
      "tasks: # all\n  - {id: A, title: x} # kept\n  - id: B # the second\n    status:   pending   # mine\n    title: 'x'\n",
      "B",
      "tasks: # all\n  - {id: A, title: x} # kept\n  - id: B # the second\n    status:   complete   # mine\n    title: 'x'\n",
    ],
    ["quoted", 'tasks:\n- id: A\n  status: "pending"\n', "A", "tasks:\n- id: A\n  status: complete\n"],
    [
      "missing: after the id",
      "tasks:\n  - title: x\n    id: A  # first\n    description: |\n      y",
      "A",
      "tasks:\n  - title: x\n    id: A  # first\n    status: complete\n    description: |\n      y",
    ],
    [
      "missing, id first",
      "tasks:\n  - id: A\n    title: x\n",
      "A",
      "tasks:\n  - id: A\n    status: complete\n    title: x\n",
    ],
    ["missing, at the end without a line end", "tasks:\n  - id: A", "A", "tasks:\n  - id: A\n    status: complete"],
    ["missing, in braces", "tasks: [{id: A, title: x}]\n", "A", "tasks: [{id: A, status: complete, title: x}]\n"],
    [
      "empty",
      "tasks:\n  - id: A\n    status:\n    title: x\n",
      "A",
      "tasks:\n  - id: A\n    status: complete\n    title: x\n",
    ],
    [
      "a block",
      "tasks:\n  - id: A\n    status: |-\n      pending\n    title: x\n",
      "A",
      "tasks:\n  - id: A\n    status: complete\n    title: x\n",
    ],
    [
      "Windows line ends and a byte order mark",
      "\uFEFFtasks:\r\n  - id: A\r\n    title: x\r\n",
      "A",
      "\uFEFFtasks:\r\n  - id: A\r\n    status: complete\r\n    title: x\r\n",
    ],
  ])("%s", (_, before, id, after) => {
    expect(statusText(before).withStatus(id, "complete").text).toBe(after);
  });

  test("again and again, in any order, as if the text had been read anew each time", () => {
    const text = "tasks:\n  - id: A\n    title: x\n  - id: B\n    status: pending\n  - {id: C, title: x}\n";
    let kept = statusText(text);
    let anew = text;
    for (const [id, status] of [
      ["B", "in_progress"],
      ["A", "failed"],
      ["C", "skipped"],
      ["B", "complete"],
      ["A", "pending"],
      ["C", "complete"],
    ] as const) {
      kept = kept.withStatus(id, status);
      anew = statusText(anew).withStatus(id, status).text;
      expect(kept.text).toBe(anew);
    }
    expect(kept.text).toBe(
      "tasks:\n  - id: A\n    status: pending\n    title: x\n  - id: B\n    status: complete\n  - {id: C, status: complete, title: x}\n",
    );
  });

  test("a task the text does not hold changes nothing", () => {
    expect(statusText("tasks: []\n").withStatus("A", "complete").text).toBe("tasks: []\n");
  });
});
