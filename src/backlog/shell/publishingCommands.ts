import { operandsOf } from "./invocations.ts";

/** What each program publishes or deploys by: matched against its arguments without options. */
const PUBLISHING: Readonly<Record<string, RegExp>> = {
  ...sameFor(
    ["npm", "pnpm", "yarn", "bun", "lerna"],
    /^(?:npm )?(?:un)?publish\b|^(?:deprecate|dist-tag)\b|^(?:run(?:-script)? )?(?:deploy|publish)$/u,
  ),
  ...sameFor(["make", "gmake", "just", "task", "rake"], /(?:^| )(?:deploy|publish)(?: |$)/u),
  ...sameFor(["poetry", "uv", "hatch", "flit", "pdm"], /^publish\b/u),
  ...sameFor(["mvn", "mvnw"], /(?:^| )(?:deploy|release:perform)(?: |$)/u),
  ...sameFor(["gradle", "gradlew"], /(?:^|[ :])publish(?: |$)/u),
  ...sameFor(["terraform", "tofu"], /^(?:apply|destroy)\b/u),
  ...sameFor(["serverless", "sls"], /^(?:deploy|remove)\b/u),
  ...sameFor(["netlify", "firebase", "fly", "flyctl", "wrangler", "cdk", "sam", "vercel"], /^(?:deploy|destroy)\b/u),
  ...sameFor(["gcloud", "az"], /(?:^| )(?:deploy|delete)(?: |$)/u),
  aws: /^(?:s3 (?:rm|rb)|s3api delete|cloudformation (?:deploy|delete))/u,
  cargo: /^(?:publish|yank)\b/u,
  dotnet: /^nuget (?:push|delete)\b/u,
  gem: /^(?:push|yank)\b/u,
  gh: /^(?:release|repo|pr|issue|gist) (?:create|delete|edit|merge|close|upload)\b/u,
  helm: /^(?:install|upgrade|uninstall|delete|rollback|push)\b/u,
  mix: /^hex\.publish\b/u,
  nuget: /^(?:push|delete)\b/u,
  pulumi: /^(?:up|destroy)\b/u,
  twine: /^upload\b/u,
};

const DRY_RUN = /^--?(?:dry-?run(?:=.*)?|help|h)$/u;

/** True in words if the command would publish or deploy something; `undefined` also for its dry run. */
export function publishes(program: string, args: readonly string[]): string | undefined {
  const pattern = Object.hasOwn(PUBLISHING, program) ? PUBLISHING[program] : undefined;
  if (pattern === undefined || args.some((arg) => DRY_RUN.test(arg))) return undefined;
  return pattern.test(operandsOf(args).join(" ")) ? "publishes or deploys" : undefined;
}

function sameFor(programs: readonly string[], pattern: RegExp): Record<string, RegExp> {
  return Object.fromEntries(programs.map((program) => [program, pattern]));
}
