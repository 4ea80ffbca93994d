/** What people write where a key would stand. Whole words, since a key may hold short ones by chance. */
const STAND_IN_WORDS =
  /(?:^|[^a-z])(?:example|sample|dummy|fake|placeholder|redacted|removed|changeme|your|insert|replace|todo)(?:$|[^a-z])/i;

/** What a password in documentation and local set-ups is. Without digits: `hunter2` is a password. */
const STAND_IN_PASSWORD =
  /^(?:(?:my|your|the|db|app|dev|local|some|super|new|a)?[-_.]?(?:pass|password|passwd|passphrase|pwd|pw|secret|change[-_]?me|example|test|demo|foo|bar|baz|dummy|placeholder|admin|root|user|username|guest|postgres|mysql|mariadb|mongo|mongodb|redis|rabbitmq|token|api[-_]?key|key)(?:word|here)?)$/i;

/** Such as `<password>`, `$PASSWORD`, `{{ token }}`, `%s` and `***`: it says that something is to be put there. */
const TEMPLATE = /^[<[{(]|^\$\{?\w|\{\{|^%|\*{3}|\.{3}|…|[xX]{6}|_{6}/;

/** Keys are drawn at random: of 20 characters, even of hexadecimal digits, hardly ever fewer than eight differ. */
const FEWEST_DIFFERENT = 8;

/** True for a value that stands in for a key in an example. */
export function isPlaceholder(value: string): boolean {
  return (
    TEMPLATE.test(value) ||
    STAND_IN_WORDS.test(value) ||
    /EXAMPLE/.test(value) ||
    (value.length >= 16 && new Set(value).size < FEWEST_DIFFERENT)
  );
}

/** True for a password that protects nothing. */
export function isPlaceholderPassword(password: string): boolean {
  return TEMPLATE.test(password) || STAND_IN_PASSWORD.test(password) || new Set(password).size <= 2;
}
