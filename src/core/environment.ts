/**
 * What the commands of agents, acceptance, `verify` and `setup` may see of the user's environment: enough to find
 * programs, a language and a terminal, nothing that could be a credential.
 */
export const ALLOWED_VARIABLES: readonly string[] = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "COLORTERM", "TMPDIR", "TZ", "CI"],
  ...["LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_COLLATE", "LC_MESSAGES", "LC_NUMERIC", "LC_TIME"],
  ...[
    "JAVA_HOME",
    "GOROOT",
    "GOPATH",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "NVM_DIR",
    "VOLTA_HOME",
    "PNPM_HOME",
    "BUN_INSTALL",
  ],
  ...["PYENV_ROOT", "VIRTUAL_ENV", "CONDA_PREFIX", "GEM_HOME", "RBENV_ROOT", "ANDROID_HOME", "DOTNET_ROOT", "NIX_PATH"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "XDG_CACHE_HOME"],
];

/** The allowlisted part of an environment. */
export function allowedEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const allowed: Record<string, string> = {};
  for (const name of ALLOWED_VARIABLES) {
    const value = environment[name];
    if (value !== undefined) allowed[name] = value;
  }
  return allowed;
}
