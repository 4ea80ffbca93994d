import { describeOmissions } from "../../backlog/taskMessage.ts";
import { counted } from "../../core/counted.ts";
import { formatModelRef } from "../../core/modelCatalog.ts";
import { toPlainLine } from "../../monitoring/terminalText.ts";
import { type Column, textTable } from "../../monitoring/textTable.ts";
import { costText, firstOf, tokenText } from "./forecastText.ts";
import type { TaskForecast } from "./taskForecasts.ts";
import { addRanges, addTokens, allTokens, NO_TOKENS, type Range } from "./tokenEstimate.ts";

/** More rows than this nobody reads; the totals count all. */
const SHOWN_ROWS = 200;
const SHOWN_LINES = 20;
const SHOWN_IDS = 12;

const COLUMNS: readonly Column[] = [
  { head: "Wave", align: "right" },
  { head: "Task" },
  { head: "Title", maxWidth: 32 },
  { head: "Class" },
  { head: "Because", maxWidth: 28 },
  { head: "Tokens", align: "right" },
  { head: "Message", align: "right" },
  { head: "Model", maxWidth: 32 },
];

/** One row a task, wave by wave; ids are never shortened. */
export function forecastTable(waves: readonly (readonly TaskForecast[])[]): readonly string[] {
  const rows = waves.flatMap((wave, index) => wave.map((forecast) => ({ wave: index + 1, forecast })));
  const table = textTable(
    COLUMNS,
    rows
      .slice(0, SHOWN_ROWS)
      .map(({ wave, forecast: { id, title, taskClass, tokens, messageBytes, route } }) => [
        String(wave),
        id,
        title,
        taskClass.complexity,
        taskClass.because,
        tokenText(allTokens(tokens)),
        `${messageBytes} B`,
        route.ok ? formatModelRef(route.value.model) : "none",
      ]),
  );
  const more = rows.length - SHOWN_ROWS;
  return more <= 0 ? table : [...table, `and ${counted(more, "more task")}, counted in the totals`];
}

/** Which model gets which tasks and why, with what they would cost; and what no model can be chosen for. */
export function modelsSection(forecasts: readonly TaskForecast[]): readonly string[] {
  const groups = new Map<string, TaskForecast[]>();
  for (const forecast of forecasts) {
    const { route } = forecast;
    const group = route.ok
      ? `${formatModelRef(route.value.model)} (${route.value.because})`
      : `no model: ${route.failure.replace(/\.$/u, "")}`;
    const members = groups.get(group);
    if (members) members.push(forecast);
    else groups.set(group, [forecast]);
  }
  const lines = [...groups].map(([group, members]) => {
    const ids = members.length === forecasts.length ? "all tasks" : idsOf(members);
    return `  ${group}: ${ids}, ${tokenText(tokensOf(members))} tokens, ${describeCost(members)}`;
  });
  return ["Models", ...firstOf(lines, SHOWN_LINES, "choice")];
}

/** The chain that decides how long the run takes at least. */
export function describePath(path: readonly TaskForecast[]): string {
  const chain = firstOf(
    path.map(({ id }) => id),
    SHOWN_IDS,
    "task",
  ).join(" > ");
  return `Critical path: ${chain} (${counted(path.length, "task")}, ${tokenText(tokensOf(path))} tokens)`;
}

/** What tasks are not told since their message has no room for it. */
export function leftOut(forecasts: readonly TaskForecast[]): readonly string[] {
  return forecasts.flatMap(({ id, omissions }) =>
    omissions.length === 0 ? [] : [`${id}: ${describeOmissions(omissions)}`],
  );
}

/** A heading with lines below it, whoever wrote them; nothing where there are none. */
export function listed(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0
    ? []
    : [heading, ...firstOf(lines, SHOWN_LINES, "line").map((line) => `  ${toPlainLine(line)}`)];
}

export function totals(forecasts: readonly TaskForecast[]): readonly string[] {
  const sum = forecasts.reduce((tokens, forecast) => addTokens(tokens, forecast.tokens), NO_TOKENS);
  return [
    `Total: ${tokenText(allTokens(sum))} tokens (new input ${tokenText(sum.newInput)}, input sent again ${tokenText(sum.cachedInput)}, output ${tokenText(sum.output)}), ${describeCost(forecasts)}.`,
    "An estimate of one attempt at each task; each further attempt takes as much again.",
    "Nothing was asked or written (--dry_run).",
  ];
}

function describeCost(forecasts: readonly TaskForecast[]): string {
  const known = forecasts.flatMap(({ cost }) => cost ?? []);
  const unpriced = forecasts.length - known.length;
  if (known.length === 0) return "unknown price";
  const sum = costText(known.reduce(addRanges));
  return unpriced === 0 ? sum : `${sum} and ${counted(unpriced, "task")} of unknown price`;
}

function tokensOf(forecasts: readonly TaskForecast[]): Range {
  return forecasts.map(({ tokens }) => allTokens(tokens)).reduce(addRanges, { low: 0, high: 0 });
}

function idsOf(forecasts: readonly TaskForecast[]): string {
  return firstOf(
    forecasts.map(({ id }) => id),
    SHOWN_IDS,
    "task",
  ).join(", ");
}
