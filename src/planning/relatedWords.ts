import { DATA_WORDS } from "./relatedWords/data.ts";
import { DEVICE_WORDS } from "./relatedWords/devices.ts";
import { DOMAIN_WORDS } from "./relatedWords/domains.ts";
import { INFRASTRUCTURE_WORDS } from "./relatedWords/infrastructure.ts";
import { INTERFACE_WORDS } from "./relatedWords/interfaces.ts";
import { PEOPLE_WORDS } from "./relatedWords/people.ts";
import { PLAIN_WORDS } from "./relatedWords/plain.ts";
import { PROVING_WORDS } from "./relatedWords/proving.ts";
import { RUNNING_WORDS } from "./relatedWords/running.ts";

/**
 * Words that plans of software use for one matter. Looser than the synonyms in terms.ts: sharing a line is a hint, not
 * the same word, and a word may stand in several lines. General vocabulary only, by area, never the words of a sample.
 */
export const RELATED_WORDS: readonly string[] = [
  ...DATA_WORDS,
  ...RUNNING_WORDS,
  ...INTERFACE_WORDS,
  ...PEOPLE_WORDS,
  ...PROVING_WORDS,
  ...INFRASTRUCTURE_WORDS,
  ...DEVICE_WORDS,
  ...DOMAIN_WORDS,
  ...PLAIN_WORDS,
];
