import { expect, test } from "bun:test";
import { parseCommandLine } from "../../../src/host/commandLine.ts";
import { COMMANDS, helpFor } from "../../../src/host/commandTable.ts";
import { slashNameOf, VERBS } from "../../../src/host/names.ts";

test.each([...VERBS])("help for %s names every flag with its meaning and default", (verb) => {
  const help = helpFor(verb);
  expect(help).toContain(`opencode run ${verb} -- `);
  expect(help).toContain(`/${slashNameOf(verb)} `);
  for (const [name, flag] of Object.entries(COMMANDS[verb].flags)) {
    const row = help.split("\n").find((line) => line.trimStart().startsWith(`--${name}`)) ?? "";
    expect(row).toContain(flag.help);
    if (flag.shownDefault !== undefined) expect(row).toContain(`default: ${flag.shownDefault}`);
  }
});

test.each([...VERBS])("the numbers that %s shows as defaults are allowed values", (verb) => {
  const counts = Object.entries(COMMANDS[verb].flags).filter(
    ([, { kind, shownDefault }]) => kind === "count" && shownDefault,
  );
  for (const [name, { shownDefault }] of counts) {
    expect(parseCommandLine(`${verb} --${name}=${shownDefault}`)).toMatchObject({ ok: true });
  }
});
