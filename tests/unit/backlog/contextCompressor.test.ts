import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compressSections, firstLines, type Section } from "../../../src/backlog/contextCompressor.ts";

const bytes = (text: string) => Buffer.byteLength(text, "utf8");
const whole = (section: Omit<Section, "keep" | "lines"> & { text: string }): Section => {
  const { text, ...rest } = section;
  return { ...rest, keep: "whole", lines: [text] };
};

describe("compressSections", () => {
  const sections: readonly Section[] = [
    { name: "title", level: "task", keep: "always", lines: ["The title"] },
    whole({ name: "first", level: "project", text: "1".repeat(20) }),
    whole({ name: "second", level: "project", text: "2".repeat(20) }),
    whole({ name: "own", level: "task", text: "t".repeat(20) }),
    whole({ name: "done", level: "execution", text: "e".repeat(20) }),
    whole({ name: "machine", level: "environment", text: "m".repeat(20) }),
  ];
  const size = bytes(compressSections(sections, 1_000).text);

  test("levels give way from the environment to the task, within one the last first", () => {
    const order = ["machine", "second", "first", "done", "own"];
    for (const [count] of [...order, ""].entries()) {
      const { omissions } = compressSections(sections, size - count * 22);
      expect(omissions.map(({ section }) => section)).toEqual(order.slice(0, count));
      expect(omissions.every(({ how, bytes }) => how === "dropped" && bytes === 20)).toBe(true);
    }
  });

  test("never touches what is always kept, and says that it is too large", () => {
    const { text, bytes: taken, omissions } = compressSections(sections, 3);
    expect({ text, taken, count: omissions.length }).toEqual({ text: "The title", taken: 9, count: 5 });
  });

  test("an entry of several lines is kept whole or not at all, and its frame stays with what is kept", () => {
    const script = ["<list>", "- one\n  two", "- three\n  four", "</list>"];
    const list: Section = { name: "l", level: "task", keep: "shortened", lines: script, frame: { head: 1, tail: 1 } };
    expect(compressSections([list], 32).text).toBe("<list>\n- one\n  two\n</list>");
    expect(compressSections([list], 25).text).toBe("");
  });

  test("any text, huge or odd: within the limit, one character is never cut in two", () => {
    const line = fc.string({ unit: "binary", maxLength: 60 });
    const section = fc.record({
      level: fc.constantFrom("task", "execution", "project", "environment"),
      lines: fc.array(line, { maxLength: 60 }),
    });
    fc.assert(
      fc.property(fc.array(section, { maxLength: 8 }), fc.nat(4_000), (given, limit) => {
        const sections = given.map(({ level, lines }, index): Section => {
          const name = String(index);
          return { name, level: level as Section["level"], keep: index % 2 ? "whole" : "shortened", lines };
        });
        const { text, bytes: taken, omissions } = compressSections(sections, limit);
        expect(taken).toBe(bytes(text));
        expect(taken).toBeLessThanOrEqual(limit);
        // What is kept is whole lines of what was given.
        const known = new Set(sections.flatMap(({ lines }) => lines.join("\n").split("\n")));
        for (const kept of text.split("\n")) expect(kept === "" || known.has(kept)).toBe(true);
        expect(compressSections(sections, limit)).toEqual({ text, bytes: taken, omissions });
      }),
      { numRuns: 150 },
    );
  });
});

describe("firstLines", () => {
  const cut = (text: string, atLine: number) => {
    const lines = text.split("\n");
    return firstLines(lines, bytes(lines.slice(0, atLine).join("\n"))).join("\n");
  };

  test("does not end inside a fence, of whatever kind and wherever it stands", () => {
    const fences: readonly (readonly [string, string, string])[] = [
      ["```ts", "x", "```"],
      ["~~~", "```", "~~~"],
      ["````md", "```js\n```", "````"],
      ["> ```", "> x", "> ```"],
      ["> > ~~~", "> > x", "> > ~~~"],
      ["- ```", "  x", "  ```"],
      ["12. ~~~", "    x", "    ~~~"],
      ["- > ```", "  > x", "  > ```"],
      ["\t```", "\tx", "\t```"],
      ["```", "    ```", "```"],
    ];
    for (const [open, inside, close] of fences) {
      const text = `before\n${open}\n${inside}\n${close}\nafter\nend`;
      const count = text.split("\n").length;
      for (let at = 1; at < count - 2; at++) expect([text, cut(text, at)]).toEqual([text, "before"]);
    }
  });

  test("goes on after a fence that is closed", () => {
    expect(cut("a\n```\nx\n```\nb\nc", 5)).toBe("a\n```\nx\n```\nb");
    expect(cut("a\n> ~~~\n> x\n> ~~~\nb\nc", 5)).toBe("a\n> ~~~\n> x\n> ~~~\nb");
  });

  test("backticks within a line open nothing", () => {
    expect(cut("a\n```one line```\nb\nc", 3)).toBe("a\n```one line```\nb");
  });

  test("a fence that is never closed is not cut into; a text that fits is whole", () => {
    expect(cut("a\n```\nx\ny", 3)).toBe("a");
    expect(cut("a\n```\nx\ny", 4)).toBe("a\n```\nx\ny");
  });

  test("any mix of fences: whoever counts them finds every one closed that was closed before", () => {
    const line = fc.constantFrom("```", "```ts", "~~~", "````", "> ```", "- ~~~", "    ```", "text", "", "``` x ```");
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.nat(120), (lines, limit) => {
        const kept = firstLines(lines, limit);
        expect(kept).toEqual(lines.slice(0, kept.length));
        expect(bytes(kept.join("\n"))).toBeLessThanOrEqual(limit);
        if (kept.length === lines.length) return;
        for (const mark of ["```", "~~~"]) {
          const fences = kept.filter((text) => text.replace(/^[\s>-]*/u, "").startsWith(mark) && !text.includes("x `"));
          expect(fences.length % 2).toBe(0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
