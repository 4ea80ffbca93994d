import { expect, test } from "bun:test";
import { lessonOf } from "../../../src/rebasing/lessons.ts";
import { maskedMess } from "../../../src/rebasing/maskedMess.ts";
import type { Mess } from "../../../src/rebasing/mess.ts";

test("every text of a mess is masked before it is cut, wherever a key stands in it", async () => {
  const key = "KEY-123";
  const mess: Mess = {
    mess: "acceptance",
    says: `says ${key}`,
    command: `run ${key}`,
    printed: `a.ts:1: printed ${key}`,
    assertions: [{ says: `asserts ${key}`, test: `tests ${key}` }],
    paths: [`path/${key}`],
    signals: [`signal ${key}`],
  };
  const masked = await maskedMess(mess, async (text) => text.replaceAll(key, "[a key was here]"));
  expect(JSON.stringify(masked)).not.toContain(key);
  expect(lessonOf(masked, [])).toContain("> (tests [a key was here]): asserts [a key was here]");
  const bare: Mess = { mess: "drift", says: "x" };
  expect(lessonOf(await maskedMess(bare, async (text) => text), [])).toBe(lessonOf(bare, []));
});
