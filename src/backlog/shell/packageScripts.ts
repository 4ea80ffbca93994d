import { closestName } from "../closestName.ts";

/** With these the script is looked for elsewhere than in the root's package.json, or may be absent. */
const ELSEWHERE =
  /^(?:-w|-ws|-C|-F|-r|--workspaces?(?:=.*)?|--prefix(?:=.*)?|--dir(?:=.*)?|--filter(?:=.*)?|--recursive|--cwd(?:=.*)?|--if-present|workspaces?|-g|--global)$/u;

/**
 * Says that the script of `npm run x`, `npm test` or `pnpm run x` is not in package.json. `yarn` and `bun` run programs
 * of packages by the same words, so nothing is certain there.
 */
export function missingScript(words: readonly string[], scripts: ReadonlySet<string> | undefined): string | undefined {
  const [manager = "", ...rest] = words;
  if (scripts === undefined || !/^p?npm$/u.test(manager)) return undefined;
  const end = rest.indexOf("--");
  const args = end < 0 ? rest : rest.slice(0, end);
  if (args.some((arg) => ELSEWHERE.test(arg))) return undefined;
  const [command, operand] = args.filter((arg) => !arg.startsWith("-"));
  const script = /^(?:run|run-script)$/u.test(command ?? "") ? operand : scriptOfShortForm(command);
  if (script === undefined || /[$*?`/]/u.test(script) || scripts.has(script)) return undefined;
  const close = closestName(script, [...scripts]);
  return `needs the script ${JSON.stringify(script)}, which package.json does not have${close === undefined ? "" : ` (did you mean ${close}?)`}`;
}

function scriptOfShortForm(command: string | undefined): string | undefined {
  return command === "test" || command === "t" || command === "tst" ? "test" : undefined;
}
