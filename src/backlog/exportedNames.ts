/*
 * Names a source file offers to others, found by patterns: a measure of how much depends on the file, and a hint for
 * whoever drafts tasks. No parser: text in comments and strings may be counted, unusual spellings are missed. Every
 * repetition is bounded, so that no file takes long.
 */

/** Patterns whose group 1 is a name, or a list of names in braces. */
const JAVASCRIPT = [
  /^export\s+(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|interface|type|enum|const|let|var|namespace|module)\s+([A-Za-z_$][\w$]*)/gmu,
  /^export\s+(?:type\s+)?\{([^}]{0,8192})\}/gmu,
  /^(?:module\.)?exports\.([A-Za-z_$][\w$]*)\s*=/gmu,
  /^module\.exports\s*=\s*\{([^}]{0,8192})\}/gmu,
];
const JVM = [
  /^[ \t]*(?:public|protected)\s+(?:(?:static|final|abstract|sealed|synchronized|default|record|native|virtual|override|async|readonly|partial|const|unsafe)[ \t]+)*(?:[\w<>[\].,?]+[ \t]+){0,12}?([A-Za-z_]\w*)\s*(?=[({;=]|<\w+>\s*[({:]|extends\b|implements\b|:|$)/gmu,
];
const PATTERNS: Readonly<Record<string, readonly RegExp[]>> = {
  ...sameFor(["ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "vue", "svelte"], JAVASCRIPT),
  ...sameFor(
    ["py", "pyi"],
    [/^(?:async\s+)?(?:def|class)\s+([A-Za-z]\w*)/gmu, /^([A-Z][A-Z0-9_]+)\s*(?::[^=\n]+)?=/gmu],
  ),
  go: [/^func\s+(?:\([^)]*\)\s*)?([A-Z]\w*)/gmu, /^(?:type|var|const)\s+([A-Z]\w*)/gmu, /^\t([A-Z]\w*)\s.*=/gmu],
  rs: [
    /^[ \t]*pub(?:\([^)]*\))?\s+(?:unsafe\s+|async\s+|const\s+|extern\s+"[^"]*"\s+)*(?:fn|struct|enum|trait|type|mod|static|union|const|macro)\s+([A-Za-z_]\w*)/gmu,
  ],
  ...sameFor(["java", "cs"], JVM),
  ...sameFor(
    ["kt", "kts", "scala", "swift"],
    [
      /^(?:\w+[ \t]+){0,6}?(?:class|interface|object|fun|func|val|var|def|trait|struct|enum|protocol|typealias)\s+(?:<[^>]*>\s*)?(?:\w+\.)?([A-Za-z_]\w*)/gmu,
    ],
  ),
  ...sameFor(["rb", "rake"], [/^[ \t]*(?:def\s+(?:self\.)?|class\s+|module\s+)([A-Za-z_]\w*[?!]?)/gmu]),
  php: [
    /^[ \t]*(?:(?:abstract|final|public|static|readonly)\s+)*(?:function|class|interface|trait|enum)\s+&?([A-Za-z_]\w*)/gmu,
  ],
  ...sameFor(
    ["h", "hh", "hpp", "hxx"],
    [
      /^#[ \t]*define\s+([A-Za-z_]\w*)/gmu,
      /^(?:class|struct|enum(?:\s+class)?|union|namespace)\s+([A-Za-z_]\w*)/gmu,
      /^[A-Za-z_][\w\s*&:<>,]{0,300}?[\s*&]([A-Za-z_]\w*)\s*\([^;{}]{0,2000}\)[^;{}()]{0,100};/gmu,
    ],
  ),
  ...sameFor(["ex", "exs"], [/^[ \t]*(?:def|defmodule|defmacro)\s+([A-Za-z_][\w.]*[?!]?)/gmu]),
};

/** Words that the patterns for Java and C# may take for a name. */
const NOT_A_NAME = new Set([
  "class",
  "interface",
  "enum",
  "record",
  "struct",
  "void",
  "static",
  "final",
  "new",
  "return",
  "default",
]);

/** True for a language whose exported names are found. */
export function hasExportedNames(path: string): boolean {
  return Object.hasOwn(PATTERNS, extensionOf(path));
}

/** Without repetitions, in the order of the file; empty for other languages. */
export function exportedNames(path: string, text: string): readonly string[] {
  const patterns = Object.hasOwn(PATTERNS, extensionOf(path)) ? (PATTERNS[extensionOf(path)] ?? []) : [];
  const found = patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].flatMap((match) => namesIn(match[1] ?? "").map((name) => ({ name, at: match.index }))),
  );
  return [...new Set(found.sort((a, b) => a.at - b.at).map(({ name }) => name))];
}

/** `a, b as c, type D` as `a`, `c`, `D`; a single name as itself. */
function namesIn(text: string): readonly string[] {
  return text.split(",").flatMap((part) => {
    const name = /([A-Za-z_$][\w$.]*[?!]?)\s*(?::.*)?$/su.exec(part.replace(/\/\/.*$/gmu, "").trim())?.[1];
    return name === undefined || NOT_A_NAME.has(name) ? [] : [name];
  });
}

function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1).toLowerCase();
}

function sameFor(extensions: readonly string[], patterns: readonly RegExp[]): Record<string, readonly RegExp[]> {
  return Object.fromEntries(extensions.map((extension) => [extension, patterns]));
}
