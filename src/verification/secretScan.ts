import { isPlaceholder, isPlaceholderPassword } from "./placeholder.ts";
import { SECRET_PATTERNS } from "./secretPatterns.ts";

/** Where something that looks like a key or token stands. It never holds the value itself. */
export interface SecretFinding {
  /** Such as "a GitHub token". */
  readonly kind: string;
  /** Line in the text, from 1. */
  readonly line: number;
  /** Offsets in the text, in UTF-16 units, the end exclusive. */
  readonly range: readonly [number, number];
}

export interface SecretScan {
  /** In the order of the text, none inside another. */
  readonly found: readonly SecretFinding[];
  /** Let through by a `secretlint-disable` comment in the text itself. */
  readonly allowed: readonly SecretFinding[];
}

/**
 * Looks for keys and tokens: secretlint's recommended rules, and patterns of ours. What only stands in for a key in an
 * example is none. A comment such as `<!-- secretlint-disable-line -->` lets through what secretlint would let through.
 */
export async function scanForSecrets(text: string): Promise<SecretScan> {
  const all = await lint(text, { heedComments: false });
  if (all.length === 0 || !text.includes("secretlint-disable")) return { found: all, allowed: [] };
  const found = await lint(text, { heedComments: true });
  const isFound = ({ range }: SecretFinding) =>
    found.some((other) => other.range[0] <= range[0] && range[0] < other.range[1]);
  return { found, allowed: all.filter((finding) => !isFound(finding)) };
}

/** The text with what the key was in place of each key or token: for words that a program printed. */
export async function maskSecrets(text: string): Promise<string> {
  const { found } = await scanForSecrets(text);
  return found.reduceRight(
    (masked, { kind, range }) => `${masked.slice(0, range[0])}[${kind} was here]${masked.slice(range[1])}`,
    text,
  );
}

/** A finding in words, without its value. */
export function describeSecret({ kind, line }: SecretFinding): string {
  return `what looks like ${kind} (line ${line})`;
}

type Linter = typeof import("@secretlint/core").lintSource;
type Rules = Parameters<Linter>[0]["options"]["config"]["rules"];
type RuleCreator = Extract<Rules[number]["rule"], { messages: unknown }>;

const COMMENTS_RULE = "@secretlint/secretlint-rule-filter-comments";

/** Rules that read files of their own (gcp), or that take every example of a URL with a password for real. */
const LEFT_OUT = ["gcp", "basicauth", "database-connection-string"].map(
  (name) => `@secretlint/secretlint-rule-${name}`,
);

const KINDS: Readonly<Record<string, string>> = {
  "1password": "a 1Password token",
  anthropic: "an Anthropic key",
  aws: "an AWS key",
  github: "a GitHub token",
  linear: "a Linear key",
  npm: "an npm token",
  openai: "an OpenAI key",
  privatekey: "a private key",
  sendgrid: "a SendGrid key",
  shopify: "a Shopify key",
  slack: "a Slack token",
};

async function lint(text: string, { heedComments }: { readonly heedComments: boolean }): Promise<SecretFinding[]> {
  // Loaded when the first prompt is checked: most starts of OpenCode never come to one.
  const [{ lintSource }, { rules: recommended }, { secretLintProfiler }] = await Promise.all([
    import("@secretlint/core"),
    import("@secretlint/secretlint-rule-preset-recommend"),
    import("@secretlint/profiler"),
  ]);
  // It keeps an entry for each rule of each scan, and looks through all of them at the next: a run scans thousands.
  secretLintProfiler.mark = () => undefined;
  const leftOut = heedComments ? LEFT_OUT : [...LEFT_OUT, COMMENTS_RULE];
  const rules: Rules = [...recommended.filter(({ meta }) => !leftOut.includes(meta.id)), ourRule].map((rule) => ({
    id: rule.meta.id,
    rule,
  }));
  const { messages } = await lintSource({
    // A comment on the last line counts only if that line ends.
    source: { content: `${text}\n`, filePath: "", ext: ".txt", contentType: "text" },
    options: { config: { rules }, noPhysicFilePath: true, maskSecrets: true },
  });
  const findings = messages.flatMap(({ ruleId, messageId, message, range: [start, end] }): SecretFinding[] => {
    const isOurs = ruleId === OUR_RULE;
    // An account's number is no key.
    if (messageId === "AWSAccountID" || (!isOurs && isPlaceholder(text.slice(start, end)))) return [];
    const kind = isOurs ? message : (KINDS[ruleId.replace(/^.*secretlint-rule-/, "")] ?? "a key");
    return [{ kind, line: text.slice(0, start).split("\n").length, range: [start, end] }];
  });
  return outermost(findings);
}

const OUR_RULE = "multi-agent-coder";

/** Our patterns as a rule of secretlint, so that its comments count for them too. */
const ourRule: RuleCreator = {
  messages: {},
  meta: { id: OUR_RULE, recommended: false, type: "scanner", supportedContentTypes: ["text"] },
  create: (context) => ({
    file: ({ content }) => {
      for (const { kind, pattern, isPassword } of SECRET_PATTERNS) {
        for (const match of content.matchAll(pattern)) {
          const value = match.groups?.value ?? match[0];
          if (isPassword ? isPlaceholderPassword(value) : isPlaceholder(value)) continue;
          const range = [match.index, match.index + match[0].length] as const;
          context.report({ message: { message: kind, messageId: kind, data: {} }, range });
        }
      }
    },
  }),
};

/** Two rules may find the same key. */
function outermost(findings: readonly SecretFinding[]): SecretFinding[] {
  const kept: SecretFinding[] = [];
  for (const finding of findings.toSorted((a, b) => a.range[0] - b.range[0] || b.range[1] - a.range[1])) {
    if (finding.range[0] >= (kept.at(-1)?.range[1] ?? 0)) kept.push(finding);
  }
  return kept;
}
