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
  return renamed(state, (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) as Variables<State>;
}

export function toState<Published>(published: Published): StateOf<Published> {
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return renamed(published, camel) as StateOf<Published>;
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]) =>
      part === undefined ? [] : [[rename(name), renamed(part, rename)]],
    ),
  );
}
