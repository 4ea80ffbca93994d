import { expect, test } from "bun:test";
import { canonicalJson } from "../../../src/core/canonicalJson.ts";

test("equal data has equal text, whatever the order of its keys", () => {
  const text = '{"a":[{"x":1,"y":null}],"b":{"c":"d"}}';
  expect(canonicalJson({ b: { c: "d" }, a: [{ y: null, x: 1 }] })).toBe(text);
  expect(canonicalJson({ a: [{ x: 1, y: null, z: undefined }], b: { c: "d" }, gone: undefined })).toBe(text);
  expect(canonicalJson([2, 1])).toBe("[2,1]");
});
