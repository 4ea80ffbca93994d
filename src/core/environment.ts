/**
 * What an agent's commands, acceptance, `verify` and `setup` may see of the user's environment: enough to find
 * programs, a language and a terminal, nothing that could be a credential. Names by prefix end in `*`.
 */
const ALLOWED = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LC_*",
  "TZ",
  "TERM",
  "TMPDIR",
  "COLORTERM",
  "CI",
  "JAVA_HOME",
  "GOROOT",
  "GOPATH",
  "CARGO_HOME",
  "RUSTUP_HOME",
  "NVM_DIR",
  "PYENV_ROOT",
  "VIRTUAL_ENV",
  "ANDROID_HOME",
  "DOTNET_ROOT",
  "NIX_*",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
] as const;

/** The allowlisted part of an environment, sorted by name so that it is the same each time. */
export function allowedEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const names = Object.keys(environment).filter(isAllowed).sort();
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function isAllowed(name: string): boolean {
  return ALLOWED.some((allowed) => (allowed.endsWith("*") ? name.startsWith(allowed.slice(0, -1)) : name === allowed));
}
