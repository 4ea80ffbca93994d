import type { Lexicon } from "./codeOnly.ts";

/** How tests are written in a family of languages. All patterns are global and read code without comments and texts. */
export interface TestSyntax {
  readonly extensions: RegExp;
  readonly lexicon: Lexicon;
  /** Where a test begins. Its name is what is written from there on. */
  readonly tests: RegExp;
  /** What makes a test, or a group, not run or not count. */
  readonly skipped: RegExp;
  /** What makes only this test run, and no other. */
  readonly focused?: RegExp;
  readonly assertions: RegExp;
  /** Tests stand among the code they test. */
  readonly inSource?: true;
}

const C_COMMENTS = { lineComments: ["//"], blockComments: [["/*", "*/"]] } as const;
const DOUBLE = { quote: '"' } as const;
const SINGLE = { quote: "'" } as const;

const JAVASCRIPT: TestSyntax = {
  extensions: /\.(?:[cm]?[jt]sx?|vue|svelte)$/iu,
  lexicon: { ...C_COMMENTS, strings: [DOUBLE, SINGLE, { quote: "`", multiline: true }], regexLiterals: true },
  tests:
    /(?<![\w$.])(?:(?:t|Deno|QUnit|ctx)\.)?(?:it|test|specify|fit|xit|xtest|xspecify|ftest)(?:\.(?:only|skip|todo|each|for|concurrent|sequential|failing|fails|serial|if|skipIf|todoIf|runIf|extend)\b(?:\([^()]{0,200}\))?)*\s*[(`]/gu,
  skipped:
    /(?<![\w$.])(?:(?:it|test|describe|suite|context|specify|bench|Deno\.test|QUnit\.test)(?:\.\w+)*\.(?:skip|todo|failing|fails|if|skipIf|todoIf|runIf|fixme|ignore)\b|(?:it|test|describe)\s*\[|x(?:it|test|describe|context|specify)\b|(?:t|this|ctx|context|test)\.(?:skip|todo|fixme)\s*\()|(?<![\w$.])(?:(?:it|test|describe|suite|t\.test)(?:\.\w+)*\s*\(\s*["'`][^"'`]{0,300}["'`]\s*,|Deno\.test\s*\()\s*\{[^{}]{0,300}\b(?:skip|todo|ignore)\s*:\s*(?!false\b|undefined\b)/gu,
  focused:
    /(?<![\w$.])(?:(?:it|test|describe|suite|context|specify|Deno\.test|QUnit\.test)(?:\.\w+)*\.only\b|f(?:it|test|describe|context)\b\s*\(|(?:iit|ddescribe)\b)|(?<![\w$.])(?:(?:it|test|describe|suite|t\.test)(?:\.\w+)*\s*\(\s*["'`][^"'`]{0,300}["'`]\s*,|Deno\.test\s*\()\s*\{[^{}]{0,300}\b(?:only)\s*:\s*(?!false\b|undefined\b)/gu,
  assertions:
    /(?<![\w$.])(?:expect|assert)(?:\.\w+)*\s*\((?!\s*(?:true|1)\s*\)(?:\s*\.\s*(?:toBe|toEqual|toBeTruthy)\b|\s*;|\s*$))|\.should\b|(?<![\w$.])t\.(?:is|not|deepEqual|equal|equals|same|true|false|truthy|falsy|throws|throwsAsync|rejects|like|ok|match|regex|snapshot|assert)\s*\(/gmu,
};

const PYTHON: TestSyntax = {
  extensions: /\.pyi?$/iu,
  lexicon: {
    lineComments: ["#"],
    blockComments: [],
    strings: [{ quote: '"""', multiline: true }, { quote: "'''", multiline: true }, DOUBLE, SINGLE],
  },
  tests: /^[ \t]*(?:async[ \t]+)?def[ \t]+test\w*[ \t]*\(/gmu,
  skipped:
    /\bmark\.(?:skip|skipif|xfail)\b|\bpytest\.(?:skip|xfail|importorskip)\b|@(?:unittest\.)?(?:skip|skipIf|skipUnless|expectedFailure)\b|\.skipTest\b|\bSkipTest\b|__test__\s*=\s*False/gu,
  assertions:
    /^[ \t]*assert\b(?![ \t]*\(?(?:True|1)\)?[ \t]*$)|\bself\.(?:assert|fail)\w*\s*\(|\b(?:pytest\.)?raises\s*\(|\bassert_\w+\s*\(/gmu,
};

const GO: TestSyntax = {
  extensions: /\.go$/iu,
  lexicon: { ...C_COMMENTS, strings: [DOUBLE, { quote: "`", multiline: true, raw: true }, SINGLE] },
  tests: /^func[ \t]+(?:\([^)]{0,200}\)[ \t]*)?(?:Test|Fuzz|Example|Benchmark)\w*[ \t]*\(|\.Run\s*\(/gmu,
  skipped: /\b\w+\.(?:Skip|SkipNow|Skipf)\s*\(|(?<!\w)(?:PIt|PDescribe|PContext|XIt|XDescribe|XContext|Pending)\s*\(/gu,
  focused: /(?<!\w)(?:FIt|FDescribe|FContext)\s*\(/gu,
  assertions: /\b\w+\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\s*\(|\b(?:assert|require)\.\w+\s*\(|\bExpect\s*\(/gu,
};

const RUST: TestSyntax = {
  extensions: /\.rs$/iu,
  lexicon: {
    lineComments: ["//"],
    // Raw strings, and the character that would begin a string; a single quote alone begins a lifetime.
    blockComments: [
      ["/*", "*/"],
      ['r#"', '"#'],
      ["'\"", "'"],
    ],
    strings: [{ quote: '"', multiline: true }],
  },
  tests: /#\[(?:\w+::)*(?:test|rstest|test_case)\b/gu,
  skipped: /#\[(?:ignore\b|cfg_attr\([^\]]{0,200}\bignore\b)/gu,
  assertions: /\b(?:debug_)?assert\w*!\s*[([{](?!\s*true\s*[)\]}])/gu,
  inSource: true,
};

/** Java, Kotlin, Scala, Groovy, C#, Swift, PHP, C and C++. */
const ANNOTATED: TestSyntax = {
  extensions: /\.(?:java|kts?|scala|groovy|cs|swift|php|cc|cpp|cxx|c|m|dart)$/iu,
  lexicon: { ...C_COMMENTS, strings: [{ quote: '"""', multiline: true }, DOUBLE, SINGLE] },
  tests:
    /@(?:Test|ParameterizedTest|RepeatedTest|TestFactory|Property)\b|\[(?:Fact|Theory|Test|TestMethod|TestCase|DataTestMethod)\b|\bfunc(?:tion)?\s+test\w*\s*\(|(?<!\w)TEST(?:_F|_P)?\s*\(|(?<![\w.])(?:test|testWidgets|it)\s*\(/gu,
  skipped:
    /@(?:Ignore|Disabled\w*)\b|\[Ignore\b|\bSkip\s*=|\bXCTSkip\w*|\bmarkTest(?:Skipped|Incomplete)\b|\bassum(?:e|ing)\w*\s*\(|\bAssume\.\w+|\bAssert\.(?:Ignore|Inconclusive)\b|\bDISABLED_\w+|\bGTEST_SKIP\b|\bskip\s*:\s*(?!false\b)|(?<![\w.])x(?:it|test|describe)\b/gu,
  focused: /\bsolo\s*:\s*true|(?<![\w.])f(?:it|describe)\s*\(/gu,
  assertions:
    /\b(?:assert\w*|expect\w*|verify|fail)\s*\(|\bAssert\.\w+|\b(?:XCTAssert\w*|XCTFail|EXPECT_\w+|ASSERT_\w+)\s*\(|\.should\w*|\bself::assert\w*|->assert\w*/gu,
};

const RUBY: TestSyntax = {
  extensions: /\.(?:rb|exs?)$/iu,
  lexicon: { lineComments: ["#"], blockComments: [["=begin", "=end"]], strings: [DOUBLE, SINGLE] },
  tests:
    /^[ \t]*(?:(?:it|specify|test|scenario|example|should|xit|fit|xspecify|fspecify)\b[ \t]*[("'{]|(?:it|specify)[ \t]+(?:do\b|\{)|def[ \t]+test_\w+)/gmu,
  skipped: /\b(?:xit|xspecify|xdescribe|xcontext|xscenario|xexample|pending|skip)\b|@tag\s+:?skip/gu,
  focused: /(?<![\w.])(?:fit|fspecify|fdescribe|fcontext)\b|:focus\b|\bfocus:\s*true/gu,
  assertions: /\bexpect\b|\b(?:assert|refute)\w*|\.should\b|\bmust_\w+/gu,
};

const SHELL: TestSyntax = {
  extensions: /\.bats$/iu,
  lexicon: { lineComments: ["#"], blockComments: [], strings: [] },
  tests: /^[ \t]*@test\b/gmu,
  skipped: /^[ \t]*skip\b/gmu,
  assertions: /^[ \t]*(?:\[|test\b|assert\w*|refute\w*)/gmu,
};

const SYNTAXES = [JAVASCRIPT, PYTHON, GO, RUST, ANNOTATED, RUBY, SHELL];

/** How tests are written in this file; undefined: in no way that is known. */
export function testSyntaxOf(path: string): TestSyntax | undefined {
  return SYNTAXES.find(({ extensions }) => extensions.test(path));
}
