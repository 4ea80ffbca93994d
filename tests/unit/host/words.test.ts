import { expect, test } from "bun:test";
import { readWord, unwrapQuotes } from "../../../src/host/words.ts";

function words(text: string): string[] {
  const found: string[] = [];
  for (let word = readWord(text, 0); word !== undefined; word = readWord(text, word.end)) found.push(word.value);
  return found;
}

test.each([
  ["", []],
  ["  \n ", []],
  ["plan  --x=1\tfile", ["plan", "--x=1", "file"]],
  ['--file="a b.md" c', ["--file=a b.md", "c"]],
  ['"say \\"hi\\"" x', ['say "hi"', "x"]],
  ["'a \"b\" \\' c", ['a "b" \\', "c"]],
  ["C:\\temp\\x", ["C:\\temp\\x"]],
  ['"not closed at all', ["not closed at all"]],
  ['"" x', ["", "x"]],
])("%j has the words %j", (text, expected) => {
  expect(words(text)).toEqual(expected);
});

test.each([
  ['"plan --x=1"', "plan --x=1"],
  ['  " plan "  ', "plan"],
  ['"plan" --x="1"', '"plan" --x="1"'],
  ['plan "a b"', 'plan "a b"'],
  ['"not closed', '"not closed'],
])("%j unwrapped is %j", (text, expected) => {
  expect(unwrapQuotes(text)).toBe(expected);
});
