import type { Disagreement } from "../types.ts";
import type { InputItem } from "./canonicalOrder.ts";
import { areContrary, contrastKeys, contrastsOf, type ItemContrasts } from "./contrasts.ts";
import { groupBy } from "./groupBy.ts";
import { agentsOf, type PlacedGroup, titlesOf } from "./placedGroup.ts";
import { termsOf, words } from "./terms.ts";

/** What more items than this share, everything touches: `package.json`, or the name of the product. */
const MAX_USERS = 30;

const REMOVING = new Set(["remove", "delete", "drop", "retire", "erase", "eliminate"]);

interface Place extends PlacedGroup {
  readonly agents: ReadonlySet<string>;
  readonly contrasts: readonly ItemContrasts[];
}

/**
 * Changes of different agents that cannot both be wanted: titles that ask for different things in one matter
 * (contrasts.ts), and a file one agent removes and another changes. An agent that has both items sees no contradiction
 * in them, so only items without an agent in common are held against each other.
 */
export function opposingChanges(groups: readonly PlacedGroup[]): Disagreement[] {
  const places = groups.map(
    (place): Place => ({
      ...place,
      agents: agentsOf(place),
      contrasts: place.group.map(({ item }) => contrastsOf(item)),
    }),
  );
  const onFiles = usersBy(places, (place) =>
    place.group.flatMap(({ item }) => item.files.filter((file) => !file.includes("*"))),
  );
  const byFile = onFiles.flatMap(([file, users]) => {
    const opposed = users.filter((place) => users.some((other) => opposeOn(file, place, other)));
    return opposed.length === 0 ? [] : [{ about: `What happens to ${file}`, opposed }];
  });

  const listed = new Set(byFile.flatMap(({ opposed }) => pairsOf(opposed).map(pairKey)));
  const byMatter = usersBy(places, ({ contrasts }) => contrasts.flatMap(contrastKeys))
    .flatMap(([, users]) => pairsOf(users))
    .filter((pair) => {
      if (listed.has(pairKey(pair)) || !areContraryPlaces(...pair)) return false;
      listed.add(pairKey(pair));
      return true;
    })
    .map((pair) => ({ about: pair.map(({ id, title }) => `${id} (${title})`).join(" against "), opposed: pair }));

  return [...byFile, ...byMatter].map(({ about, opposed }) => ({
    about,
    positions: opposed.flatMap(titlesOf),
    settled: `No side was taken: ${opposed.map(({ id }) => id).join(", ")} are all in the plan; decide which to keep.`,
  }));
}

/** The places by what they use, in order of first use; nothing used by one or by too many. */
function usersBy(places: readonly Place[], usedBy: (place: Place) => readonly string[]): [string, Place[]][] {
  const uses = places.flatMap((place) => [...new Set(usedBy(place))].map((used) => ({ used, place })));
  return [...groupBy(uses, ({ used }) => used)]
    .filter(([, users]) => users.length > 1 && users.length <= MAX_USERS)
    .map(([used, users]) => [used, users.map(({ place }) => place)]);
}

function pairsOf(places: readonly Place[]): [Place, Place][] {
  return places.flatMap((one, index) => places.slice(index + 1).map((other): [Place, Place] => [one, other]));
}

function pairKey([one, other]: readonly [Place, Place]): string {
  return `${one.id} ${other.id}`;
}

function opposeOn(file: string, one: Place, other: Place): boolean {
  if (sharesAgent(one, other)) return false;
  const removed = one.group.some((left) =>
    other.group.some((right) => removesFile(file, left, right) || removesFile(file, right, left)),
  );
  return removed || areContraryPlaces(one, other);
}

function areContraryPlaces(one: Place, other: Place): boolean {
  if (sharesAgent(one, other)) return false;
  return one.contrasts.some((left) => other.contrasts.some((right) => areContrary(left, right)));
}

function sharesAgent(one: Place, other: Place): boolean {
  return [...one.agents].some((agent) => other.agents.has(agent));
}

/** The whole file goes if it is all the item names, or the title speaks of it; the other item goes on using it. */
function removesFile(file: string, remover: InputItem, other: InputItem): boolean {
  if (!beginsWithRemoving(remover) || beginsWithRemoving(other)) return false;
  if (!remover.item.files.includes(file) || !other.item.files.includes(file)) return false;
  const name = termsOf(file.slice(file.lastIndexOf("/") + 1).replace(/\.[^.]*$/u, ""));
  const title = new Set(termsOf(remover.item.title));
  return remover.item.files.length === 1 || name.some((term) => title.has(term));
}

function beginsWithRemoving({ item }: InputItem): boolean {
  return REMOVING.has(words(item.title)[0] ?? "");
}
