import { expect, test } from "bun:test";
import { exportedNames } from "../../../src/backlog/exportedNames.ts";

test.each([
  [
    "a.ts",
    "export const a = 1;\nexport default async function b() {}\nexport type C = 1;\nconst hidden = 1;\n  export const nested = 1;\nexport { hidden as d, type E };\nexport abstract class F {}\nexport * from './x';\n",
    ["a", "b", "C", "d", "E", "F"],
  ],
  ["a.cjs", "exports.a = 1;\nmodule.exports = { b, c: d };\n", ["a", "b", "c"]],
  [
    "a.py",
    "LIMIT = 3\nclass A:\n  def method(self): pass\ndef _own(): pass\nasync def b(): pass\n",
    ["LIMIT", "A", "b"],
  ],
  [
    "a.go",
    "func Run() {}\nfunc (s *Server) Stop() {}\nfunc own() {}\ntype Server struct {}\n",
    ["Run", "Stop", "Server"],
  ],
  [
    "a.rs",
    "pub fn run() {}\nfn own() {}\npub(crate) struct S;\nimpl S {\n    pub async fn go(&self) {}\n}\n",
    ["run", "S", "go"],
  ],
  [
    "A.java",
    "public class A {\n  public static final int MAX = 1;\n  private int own;\n  public Map<String, List<X>> find(int a) {\n",
    ["A", "MAX", "find"],
  ],
  ["A.cs", "public sealed class A : B\n{\n    public int Count { get; }\n    internal void Own() {}\n", ["A", "Count"]],
  ["a.kt", "class A(val x: Int)\nfun run() {}\n", ["A", "run"]],
  ["a.rb", "module M\n  class A\n    def run?\n    def self.make\n", ["M", "A", "run?", "make"]],
  ["a.php", "<?php\nfinal class A {\n  public function run() {}\n", ["A", "run"]],
  [
    "a.h",
    "#define MAX 3\nstruct point { int x; };\nint add(int a, int b);\nextern char *name_of(\n  int id);\n",
    ["MAX", "point", "add", "name_of"],
  ],
  ["a.md", "export const a = 1;\n", []],
])("of %s", (path, text, names) => {
  expect(exportedNames(path, text)).toEqual(names);
});

test("a file takes no longer for what is in it", () => {
  const texts = [
    "a ".repeat(100_000),
    "a\n".repeat(100_000),
    "export {".repeat(20_000),
    "public ".repeat(30_000),
    "x(".repeat(100_000),
  ];
  const start = performance.now();
  for (const text of texts)
    for (const path of ["a.ts", "a.java", "a.h", "a.kt", "a.go", "a.rs"]) exportedNames(path, text);
  expect(performance.now() - start).toBeLessThan(5_000);
});
