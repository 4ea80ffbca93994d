import { describe, expect, test } from "bun:test";
import { testConcerns } from "../../../src/verification/testIntegrity.ts";

type Sides = readonly [string | undefined, string | undefined];
const concerns = (files: Readonly<Record<string, Sides>>, commands: readonly string[] = []) =>
  testConcerns(
    Object.entries(files).map(([path, [before, after]]) => ({ path, before, after })),
    commands,
  ).map(({ path, kind }) => `${path} ${kind}`);

const JS =
  'test("a", () => {\n  expect(f(1)).toBe(2);\n  expect(f(2)).toBe(3);\n});\ntest("b", () => {\n  expect(f(3)).toBe(4);\n});\n';
const PY = "def test_a():\n    assert f(1) == 2\n\ndef test_b():\n    assert f(2) == 3\n";
const GO =
  'func TestA(t *testing.T) {\n\tif f() != 1 {\n\t\tt.Fatal("no")\n\t}\n}\nfunc TestB(t *testing.T) {\n\tt.Error(1)\n}\n';
const RS = "#[test]\nfn a() {\n    assert_eq!(f('\"'), 2);\n}\n#[test]\nfn b() {\n    assert!(g());\n}\n";
const JAVA =
  "class ATest {\n  @Test\n  void a() {\n    assertEquals(1, f());\n  }\n  @Test\n  void b() {\n    assertTrue(g());\n  }\n}\n";
const RUBY = 'it "a" do\n  expect(f).to eq 1\nend\nit "b" do\n  expect(g).to eq 2\nend\n';

describe("fewer tests", () => {
  const LESS: Readonly<Record<string, Sides>> = {
    "a.test.ts": [JS, JS.slice(0, JS.indexOf('test("b"'))],
    "tests/test_a.py": [PY, PY.slice(0, PY.indexOf("def test_b"))],
    "a_test.go": [GO, GO.slice(0, GO.indexOf("func TestB"))],
    "src/lib.rs": [RS, RS.slice(0, RS.lastIndexOf("#[test]"))],
    "ATest.java": [JAVA, JAVA.replace(/ {2}@Test\n {2}void b[^}]*\}\n/u, "")],
    "spec/a_spec.rb": [RUBY, RUBY.slice(0, RUBY.indexOf('it "b"'))],
  };
  for (const [path, [before, after]] of Object.entries(LESS)) {
    test(`${path}: a test that is gone`, () =>
      expect(concerns({ [path]: [before, after] })).toEqual([`${path} fewer_tests`]));
    test(`${path}: the other way round is fine`, () => expect(concerns({ [path]: [after, before] })).toEqual([]));
  }

  test("commenting out, or quoting, takes a test away", () => {
    for (const after of [
      JS.replace('test("b"', '// test("b"'),
      JS.replace(/(test\("b"[\s\S]*)$/u, "/* $1 */"),
      JS.replace(/(test\("b"[\s\S]*)$/u, "const x = `$1`;"),
    ]) {
      expect(concerns({ "a.test.ts": [JS, after] })).toEqual(["a.test.ts fewer_tests"]);
    }
    expect(concerns({ "test_a.py": [PY, PY.replace("def test_b", "# def test_b")] })[0]).toBe("test_a.py fewer_tests");
    expect(concerns({ "test_a.py": [PY, `${PY.replace("def test_b", '"""\ndef test_b')}"""\n`] })).toEqual([
      "test_a.py fewer_tests",
    ]);
  });

  test("a test that moves, is renamed in its place or declared in another way is not gone", () => {
    const [first, second] = [JS.slice(0, JS.indexOf('test("b"')), JS.slice(JS.indexOf('test("b"'))];
    expect(concerns({ "a.test.ts": [JS, first], "b.test.ts": [undefined, second] })).toEqual([]);
    expect(concerns({ "a.test.ts": [JS, undefined], "b.test.ts": [undefined, JS] })).toEqual([]);
    expect(concerns({ "a.test.ts": [JS, JS.replace('"b"', '"better"')] })).toEqual([]);
    expect(concerns({ "a.test.ts": [JS, first], "b.test.ts": [undefined, second.replace("test(", "it(")] })).toEqual(
      [],
    );
    expect(concerns({ "test_a.py": [PY, undefined], "test_b.py": [undefined, PY] })).toEqual([]);
  });

  test("new tests elsewhere do not make up for one that is gone", () => {
    const others = { "b.test.ts": [undefined, JS.replaceAll(/"[ab]"/gu, '"other"')] as const };
    expect(concerns({ "a.test.ts": [JS, JS.slice(0, JS.indexOf('test("b"'))], ...others })).toEqual([
      "a.test.ts fewer_tests",
    ]);
  });

  test("a deleted file of tests is named, one that only moved is not", () => {
    expect(concerns({ "a.test.ts": [JS, undefined] })).toEqual(["a.test.ts deleted"]);
    expect(concerns({ "tests/data.json": ["{}", undefined] })).toEqual(["tests/data.json deleted"]);
    expect(concerns({ "tests/data.json": ["{}", undefined], "tests/b/data.json": [undefined, "{}"] })).toEqual([]);
    expect(concerns({ "src/a.ts": ["x", undefined] })).toEqual([]);
  });
});

describe("skipped and focused", () => {
  const SKIPPED: readonly (readonly [string, string, string, string])[] = [
    ["a.test.ts", JS, "test(", "test.skip("],
    ["a.test.ts", JS, "test(", "test.todo("],
    ["a.test.ts", JS, "test(", "xit("],
    ["a.test.ts", JS, "test(", 'describe.skip("g", () => {});\ntest('],
    ["a.test.ts", JS, '"a", ', '"a", { skip: true }, '],
    ["a.test.ts", JS, "test(", "test.skipIf(true)("],
    ["test_a.py", PY, "def test_a", "@pytest.mark.skip\ndef test_a"],
    ["test_a.py", PY, "def test_a", "@pytest.mark.xfail(reason='x')\ndef test_a"],
    ["test_a.py", PY, "    assert", "    pytest.skip('x')\n    assert"],
    ["a_test.go", GO, "\tif f", '\tt.Skip("x")\n\tif f'],
    ["src/lib.rs", RS, "#[test]", "#[test]\n#[ignore]"],
    ["ATest.java", JAVA, "@Test", '@Disabled("x")\n  @Test'],
    ["spec/a_spec.rb", RUBY, 'it "a"', 'xit "a"'],
  ];
  for (const [path, before, from, to] of SKIPPED) {
    test(`${path}: ${JSON.stringify(to)} is newly skipped`, () => {
      expect(concerns({ [path]: [before, before.replace(from, to)] })).toEqual([`${path} skipped`]);
      expect(concerns({ [path]: [before.replace(from, to), before] })).toEqual([]);
    });
  }

  test("a test reached by an index is skipped, as far as can be seen", () => {
    expect(concerns({ "a.test.ts": [JS, JS.replace("test(", 'test["skip"](')] })).toContain("a.test.ts skipped");
  });

  test("a new file whose tests are skipped is named too", () => {
    expect(concerns({ "a.test.ts": [undefined, JS.replace("test(", "test.skip(")] })).toEqual(["a.test.ts skipped"]);
  });

  test("focused", () => {
    for (const to of [
      "test.only(",
      "fit(",
      'test("c", { only: true }, () => {}); test(',
      'describe.only("x", () => {}); test(',
    ]) {
      expect(concerns({ "a.test.ts": [JS, JS.replace("test(", to)] })).toEqual(["a.test.ts focused"]);
    }
  });

  test("words in comments, names and other code are neither", () => {
    const words = `${JS}// test.skip("x"), it.only\ntest("never .skip( this", () => {\n  expect("it.only(").toBe(/xit(/);\n});\n`;
    expect(concerns({ "a.test.ts": [JS, words] })).toEqual([]);
    expect(concerns({ "a.test.ts": [JS, `${JS}run({ only: ["T1"], skip: 3 });\n`] })).toEqual([]);
    expect(concerns({ "src/a.ts": ["x", "list.skip(3); query.only(1); xit;"] })).toEqual([]);
  });
});

describe("assertions", () => {
  test("fewer of them are named, moved or reworded ones are not", () => {
    const fewer = JS.replace("  expect(f(2)).toBe(3);\n", "");
    expect(concerns({ "a.test.ts": [JS, fewer] })).toEqual(["a.test.ts fewer_assertions"]);
    expect(concerns({ "a.test.ts": [JS, JS.replace("toBe(3)", "toEqual(3)")] })).toEqual([]);
    const helper = "export const check = () => {\n  expect(f(2)).toBe(3);\n};\n";
    expect(concerns({ "a.test.ts": [JS, fewer], "tests/helper.ts": [undefined, helper] })).toEqual([]);
    expect(concerns({ "test_a.py": [PY, PY.replace("    assert f(1) == 2", "    f(1)")] })).toEqual([
      "test_a.py fewer_assertions",
    ]);
  });

  test("one that cannot fail is none", () => {
    expect(concerns({ "a.test.ts": [JS, JS.replace("f(2)).toBe(3)", "true).toBe(true)")] })).toEqual([
      "a.test.ts fewer_assertions",
    ]);
    expect(concerns({ "test_a.py": [PY, PY.replace("assert f(1) == 2", "assert True")] })).toEqual([
      "test_a.py fewer_assertions",
    ]);
  });
});

describe("what decides about the work", () => {
  const scripts = (of: Record<string, string>, rest = {}) => JSON.stringify({ scripts: of, ...rest });
  const EDITED: readonly (readonly [string, string, string | undefined])[] = [
    ["package.json", scripts({ test: "jest" }), scripts({ test: "true" })],
    ["package.json", scripts({ test: "jest" }), scripts({ test: "jest", pretest: "rm -r tests" })],
    ["package.json", scripts({ "test:unit": "jest" }), scripts({})],
    ["package.json", scripts({}, { jest: {} }), scripts({}, { jest: { testPathIgnorePatterns: ["."] } })],
    ["vitest.config.ts", "a", "b"],
    ["pytest.ini", "a", undefined],
    [
      "pyproject.toml",
      '[tool.pytest.ini_options]\naddopts = ""\n[tool.x]\n',
      '[tool.pytest.ini_options]\naddopts = "-k no"\n[tool.x]\n',
    ],
    ["setup.cfg", "[metadata]\n[tool:pytest]\na=1\n", "[metadata]\n[tool:pytest]\na=2\n"],
    ["bunfig.toml", "[test]\nroot = '.'\n", "[test]\nroot = 'no'\n"],
    ["Makefile", "all:\n\tcc\ntest: all\n\t./run\n", "all:\n\tcc\ntest: all\n\ttrue\n"],
    [".github/workflows/ci.yml", "a", "b"],
    ["scripts/check.sh", "a", "exit 0"],
    ["gate", "a", "exit 0"],
    ["tsconfig.test.json", "a", "b"],
  ];
  for (const [path, before, after] of EDITED) {
    test(`${path} changed to ${JSON.stringify(after)}`, () => {
      expect(concerns({ [path]: [before, after] }, ["bash ./scripts/check.sh && bun test", "sh gate"])).toEqual([
        `${path} test_script`,
      ]);
    });
  }

  test("other changes to the same files, and new files, are not", () => {
    const untouched: Readonly<Record<string, Sides>> = {
      "package.json": [
        scripts({ test: "jest" }),
        scripts({ test: "jest", build: "tsc", "test:new": "x" }, { version: "2" }),
      ],
      "pyproject.toml": [
        "[tool.pytest.ini_options]\na=1\n[project]\nb=1\n",
        "[tool.pytest.ini_options]\na=1\n[project]\nb=2\n",
      ],
      Makefile: ["all:\n\tcc\ntest: all\n\t./run\n", "all:\n\tgcc\ntest: all\n\t./run\n"],
      "vitest.config.ts": [undefined, "a"],
      "scripts/check.sh": [undefined, "a"],
      "src/main.js": ["a", "b"],
      "scripts/other.sh": ["a", "b"],
    };
    expect(concerns(untouched, ["bash scripts/check.sh", "node src/main.js"])).toEqual([]);
  });
});

test("takes time in proportion to a file, whatever it holds", () => {
  for (const piece of [
    "'",
    '"\\',
    "/[",
    "\\'",
    "`",
    "/*",
    "func (",
    "test.",
    "it.each(",
    "{",
    "expect(",
    "assert ",
    '"""\'',
    "#[cfg_attr(",
  ]) {
    for (const path of ["a.test.ts", "test_a.py", "a_test.go", "tests/a.rs", "ATest.java", "spec/a.rb"]) {
      const started = performance.now();
      concerns({ [path]: ["x", piece.repeat(30_000 / piece.length)] });
      expect({ piece, path, slow: performance.now() - started > 500 }).toEqual({ piece, path, slow: false });
    }
  }
});
