import { isObject } from "../../core/isObject.ts";

/** `isSessionOpen` → `is_session_open`. */
type SnakeCase<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${First}${SnakeCase<Rest>}`
    : `_${Lowercase<First>}${SnakeCase<Rest>}`
  : Name;

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** State as it is published: each variable by the name that events use. */
export type Variables<State> = State extends readonly (infer Item)[]
  ? readonly Variables<Item>[]
  : State extends object
    ? { readonly [Key in keyof State as SnakeCase<Key & string>]: Variables<State[Key]> }
    : State;

/** State as the code has it: a variable that is not there is undefined. */
type StateOf<Published> = Published extends readonly (infer Item)[]
  ? readonly StateOf<Item>[]
  : Published extends object
    ? { readonly [Key in keyof Published as CamelCase<Key & string>]-?: StateOf<Published[Key]> }
    : Published;

export function toVariables<State>(state: State): Variables<State> {
  return renamed(state, snakeCase) as Variables<State>;
}

export function toState<Published>(published: Published): StateOf<Published> {
  return renamed(published, camelCase) as StateOf<Published>;
}

const snakeCase = remembered((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
const camelCase = remembered((name) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));

/** There are some dozens of names, and they are asked for once a task. */
function remembered(rename: (name: string) => string): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const renamed = rename(name);
    known.set(name, renamed);
    return renamed;
  };
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const part = value[name];
    if (part !== undefined) result[rename(name)] = renamed(part, rename);
  }
  return result;
}
