/** OpenCode's permission rules; the last one that matches a call decides. */
export interface PermissionRule {
  readonly permission: string;
  readonly pattern: string;
  readonly action: "allow" | "deny" | "ask";
}

/** OpenCode's own tool for an answer by schema; a rule set that denies it leaves the model no way to answer. */
export const ANSWER_TOOL = "StructuredOutput";

/** Files that usually hold secrets: OpenCode asks before it reads them; nobody is there to answer, so: no. */
const SECRET_FILES: readonly PermissionRule[] = [
  { permission: "read", pattern: "*.env", action: "deny" },
  { permission: "read", pattern: "*.env.*", action: "deny" },
];
const SECRET_SAMPLES: PermissionRule = { permission: "read", pattern: "*.env.example", action: "allow" };

/** What OpenCode asks a person about unless it is told otherwise. */
const ASKED_BY_DEFAULT: readonly PermissionRule[] = [
  "external_directory",
  "question",
  "doom_loop",
  "plan_enter",
  "plan_exit",
].map((permission) => ({ permission, pattern: "*", action: "deny" }));

/**
 * The full rule set of one of our sessions: our own base, then what the user restricts. A rule that would ask becomes
 * a refusal, because a question that nobody answers hangs a session for ever; only a blanket "ask", which would leave
 * agents nothing at all, does not reach into their worktrees. A user's `allow` takes back the user's own `deny` and
 * adds nothing: it cannot widen what our agents may use.
 * @param base what the agent may use (see `toolRules`)
 * @param userPermission `permission` of the user's configuration: one action, or tool → action or pattern → action
 */
export function sessionRules(base: readonly PermissionRule[], userPermission: unknown): PermissionRule[] {
  const offered = base.filter((rule) => rule.action === "allow" && rule.permission !== ANSWER_TOOL);
  const tools = new Set(offered.map((rule) => rule.permission));
  const limited = new Set(offered.filter((rule) => rule.pattern !== "*").map((rule) => rule.permission));
  const users = rulesOf(userPermission)
    .flatMap((rule) => rulesForAgents(rule, tools))
    .filter((rule) => rule.action === "deny" || !limited.has(rule.permission));
  const isReadRestricted = users.some((rule) => rule.permission === "read" && rule.action === "deny");
  return [
    ...base,
    ...users,
    ...SECRET_FILES,
    ...(tools.has("read") && !isReadRestricted ? [SECRET_SAMPLES] : []),
    ...ASKED_BY_DEFAULT,
  ];
}

/** A user's rule as it binds an agent with these tools; a rule for all tools binds each of them. */
function rulesForAgents(rule: PermissionRule, tools: ReadonlySet<string>): PermissionRule[] {
  const isBlanket = rule.permission === "*";
  if (isBlanket && rule.action === "ask") return [];
  const action = rule.action === "ask" ? "deny" : rule.action;
  const bound = [...tools].filter((tool) => isBlanket || tool === rule.permission);
  return bound.map((permission) => ({ permission, pattern: rule.pattern, action }));
}

/** Tools a user's rules take from our agents altogether because they would ask; worth telling the user once. */
export function toolsThatWouldAsk(userPermission: unknown, tools: readonly string[]): string[] {
  const decided = new Map<string, string>();
  for (const rule of rulesOf(userPermission)) if (rule.pattern === "*") decided.set(rule.permission, rule.action);
  return tools.filter((tool) => decided.get(tool) === "ask");
}

function rulesOf(permission: unknown): PermissionRule[] {
  if (isAction(permission)) return [{ permission: "*", pattern: "*", action: permission }];
  if (typeof permission !== "object" || permission === null) return [];
  return Object.entries(permission).flatMap(([tool, value]) => {
    if (isAction(value)) return [{ permission: tool, pattern: "*", action: value }];
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([pattern, action]) =>
      isAction(action) ? [{ permission: tool, pattern, action }] : [],
    );
  });
}

function isAction(value: unknown): value is PermissionRule["action"] {
  return value === "allow" || value === "deny" || value === "ask";
}
