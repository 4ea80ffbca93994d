import { expect, test } from "bun:test";
import { syntaxFault } from "../../../../src/backlog/shell/syntaxFault.ts";
import { ORDINARY_CHECKS } from "./support.ts";

test.each([
  "bun test 'x",
  'bun test "x',
  "echo \"it's",
  "npm test\necho 'x",
  'test "$(cat a" = b',
  "grep -q 'a\\' b' c",
])("%s: a quote is not closed", (line) => {
  expect(syntaxFault(line)).toBe("unclosed quote");
});

test.each(["node --test (", "(cd a && npm test", "npm test)", "test $(wc -l a -lt 3", "a=(1 2", "diff a <(node b"])(
  "%s: a parenthesis stands alone",
  (line) => {
    expect(syntaxFault(line)).toBe("unbalanced parenthesis");
  },
);

test.each([
  "node --test # it's (enough",
  "echo it\\'s \\(",
  'echo \'it is (\' "(" "\'"',
  "case x in x) true;; esac",
  "cat <<EOF\nit's (\nEOF",
  `echo \${x:-'}'}`,
  "echo $'it\\'s'",
  "echo `echo \\`echo '`",
  "echo $((1 << (2)))",
  "[[ a =~ \\( ]]",
  "test -f a && exit 0\nit's",
  "echo a#'b'",
  'grep -q "a\\"b(" c',
  'echo "$(echo ")")"',
])("%s: is read, or not certain", (line) => {
  expect(syntaxFault(line)).toBeUndefined();
});

test("nothing is said about ordinary checks", () => {
  expect(ORDINARY_CHECKS.filter((line) => syntaxFault(line) !== undefined)).toEqual([]);
});

test("a long line is answered in time", () => {
  for (const piece of ["(", "$(", '"', "'", "${", "<", "exit \\", "#("]) syntaxFault(piece.repeat(10_000));
});
