import { isAbsolute, join } from "node:path";

/** Below HOME: keys of machines, clouds and mail, keyrings, browsers, what was typed in shells. */
const IN_HOME: readonly string[] = [
  ...[".ssh", ".gnupg", ".pki", ".password-store", ".netrc", ".authinfo", ".authinfo.gpg", ".git-credentials"],
  ...[".aws", ".azure", ".kube", ".docker", ".oci", ".bluemix", ".boto", ".s3cfg", ".terraform.d", ".terraformrc"],
  ...[".vault-token", ".pgpass", ".my.cnf", ".mylogin.cnf", ".databricks", ".databrickscfg", ".fly", ".netlify"],
  ...[".1password", ".config/op", ".config/1Password", ".config/Bitwarden CLI", ".config/sops", ".config/age"],
  ...[".colima", ".lima", ".rd", ".minikube", ".vagrant.d"],
  ...[".mozilla", ".thunderbird", ".bash_history", ".zsh_history", ".python_history", ".node_repl_history"],
  ...[".psql_history", ".mysql_history", ".claude", ".claude.json", ".codex", ".gemini", ".opencode/auth.json"],
];

/** Below `${XDG_CONFIG_HOME:-~/.config}`. */
const IN_CONFIG_HOME: readonly string[] = [
  ...["gcloud", "gh", "glab-cli", "hub", "git/credentials", "doctl", "rclone", "containers", "heroku", "stripe"],
  ...["opencode", "github-copilot", "fish/fish_history", "google-chrome", "chromium", "BraveSoftware"],
  ...["configstore", "helm", "linode-cli", "hcloud", "vercel", "com.vercel.cli", "netlify", ".wrangler", "fly"],
];

/** Below `${XDG_DATA_HOME:-~/.local/share}`. */
const IN_DATA_HOME: readonly string[] = [
  ...["opencode", "keyrings", "kwalletd", "fish/fish_history", "com.vercel.cli", "containers"],
];

/** Variables that say where keys lie, if not where they usually do. */
const NAMED_BY: readonly string[] = [
  ...["SSH_AUTH_SOCK", "GNUPGHOME", "AWS_SHARED_CREDENTIALS_FILE", "GOOGLE_APPLICATION_CREDENTIALS", "KUBECONFIG"],
  ...["DOCKER_CONFIG", "OPENCODE_CONFIG", "OPENCODE_CONFIG_DIR"],
];

/** Below HOME: keys of package registries, together with which registry to ask. */
const OF_REGISTRIES_IN_HOME: readonly string[] = [
  ...[".npmrc", ".yarnrc", ".yarnrc.yml", ".bunfig.toml", ".pypirc", ".pip", ".cargo/credentials"],
  ...[".cargo/credentials.toml", ".m2/settings.xml", ".m2/settings-security.xml", ".gradle/gradle.properties"],
  ...[".gem/credentials", ".bundle/config", ".nuget/NuGet", ".composer/auth.json"],
];

const OF_REGISTRIES_IN_CONFIG_HOME: readonly string[] = ["pip", "pypoetry", "uv", "NuGet", "composer", "pnpm", "yarn"];

/** Where keys are known to live that no command needs; most of them do not exist on a given machine. */
export function keyPlaces(environment: NodeJS.ProcessEnv): readonly string[] {
  return [
    ...below(homeOf(environment), IN_HOME),
    ...below(configHomeOf(environment), IN_CONFIG_HOME),
    ...below(dataHomeOf(environment), IN_DATA_HOME),
    ...NAMED_BY.flatMap((name) => absolute(environment[name]) ?? []),
  ];
}

/** Where keys of package registries are known to live: installing from a private one needs them, nothing else does. */
export function registryKeyPlaces(environment: NodeJS.ProcessEnv): readonly string[] {
  return [
    ...below(homeOf(environment), OF_REGISTRIES_IN_HOME),
    ...below(configHomeOf(environment), OF_REGISTRIES_IN_CONFIG_HOME),
  ];
}

function below(folder: string | undefined, names: readonly string[]): readonly string[] {
  return folder === undefined ? [] : names.map((name) => join(folder, name));
}

function homeOf({ HOME }: NodeJS.ProcessEnv): string | undefined {
  return absolute(HOME);
}

function configHomeOf(environment: NodeJS.ProcessEnv): string | undefined {
  return absolute(environment.XDG_CONFIG_HOME) ?? below(homeOf(environment), [".config"])[0];
}

function dataHomeOf(environment: NodeJS.ProcessEnv): string | undefined {
  return absolute(environment.XDG_DATA_HOME) ?? below(homeOf(environment), [".local/share"])[0];
}

function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
