import { parseJson } from "../../core/parseJson.ts";

/** Files by which tools decide what to install, wherever in the repository they lie. */
const MANIFESTS: readonly RegExp[] = [
  /^(package\.json|package-lock\.json|npm-shrinkwrap\.json|\.npmrc|pnpm-lock\.yaml|pnpm-workspace\.yaml|\.pnpmfile\.c?js)$/,
  /^(yarn\.lock|\.yarnrc|\.yarnrc\.yml|bun\.lockb?|bunfig\.toml|deno\.jsonc?|deno\.lock|lerna\.json|\.meteor)$/,
  /^(requirements.*\.(txt|in)|constraints.*\.txt|pyproject\.toml|setup\.(py|cfg)|Pipfile(\.lock)?|.*\.lock)$/,
  /^(environment\.ya?ml|conda-lock\.yml|go\.(mod|sum|work)|go\.work\.sum|Cargo\.toml|rust-toolchain(\.toml)?)$/,
  /^(Gemfile|.*\.gemspec|composer\.json|pom\.xml|.*\.gradle(\.kts)?|gradle\.properties|.*\.versions\.toml)$/,
  /^(gradle-wrapper\.properties|maven-wrapper\.properties|gradle\.lockfile|.*\.(cs|fs|vb)proj|Directory\..*\.props)$/,
  /^(packages\.lock\.json|global\.json|nuget\.config|mix\.exs|rebar\.config|pubspec\.ya?ml|Package\.(swift|resolved))$/i,
  /^(Podfile|flake\.nix|shell\.nix|default\.nix|vcpkg\.json|conanfile\.(txt|py)|.*\.prisma|\.gitmodules)$/,
  /^(\.tool-versions|\.nvmrc|\.node-version|\.python-version|\.ruby-version|\.java-version|\.?mise\.toml|\.sdkmanrc)$/,
];

/** Folders whose files change what is installed. */
const PATCH_FOLDERS = /(^|\/)(patches|\.patches|\.yarn\/(patches|plugins|releases)|\.cargo)\//;

/** What lies in one of these is dependencies, and follows from manifests alone. */
const DEPENDENCY_FOLDERS: ReadonlySet<string> = new Set([
  ...["node_modules", "bower_components", "jspm_packages", "web_modules", "vendor", ".venv", "venv", ".virtualenv"],
  ...[
    "virtualenv",
    "__pypackages__",
    "site-packages",
    ".bundle",
    ".yarn",
    ".pnp.cjs",
    ".pnp.loader.mjs",
    ".pnpm-store",
  ],
  ...["Pods", "Carthage", ".gradle", ".m2", "deps", ".dart_tool", "third_party", ".eggs", ".packages", ".deps"],
]);

/** Scripts of a package.json that its installation runs. */
const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];

/** Programs that read a file of recipes nobody names. */
const RECIPES: Readonly<Record<string, RegExp>> = {
  make: /^(GNUm|M|m)akefile$/,
  just: /^\.?justfile$/i,
  task: /^Taskfile\.ya?ml$/i,
  rake: /^Rakefile$/i,
};

/**
 * Of a commit's files those that decide what `setup` installs: manifests, lockfiles and patches, and the scripts that
 * the commands name. `readText` gives the text of one of the paths.
 */
export async function setupInputs(
  paths: readonly string[],
  commands: readonly string[],
  readText: (path: string) => Promise<string | undefined>,
): Promise<readonly string[]> {
  const words = wordsOf([...commands, ...(await installScripts(paths, commands, readText))]);
  const recipes = Object.entries(RECIPES).flatMap(([program, file]) => (words.has(program) ? [file] : []));
  return paths.filter((path) => {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return (
      [...MANIFESTS, ...recipes].some((pattern) => pattern.test(name)) || PATCH_FOLDERS.test(path) || words.has(path)
    );
  });
}

/** What installing runs of the root's package.json, and what the commands call by name. */
async function installScripts(
  paths: readonly string[],
  commands: readonly string[],
  readText: (path: string) => Promise<string | undefined>,
): Promise<readonly string[]> {
  if (!paths.includes("package.json")) return [];
  const manifest = parseJson((await readText("package.json")) ?? "");
  const scripts = typeof manifest === "object" && manifest !== null && "scripts" in manifest ? manifest.scripts : {};
  const called = wordsOf(commands);
  return Object.entries(scripts ?? {}).flatMap(([name, text]) =>
    typeof text === "string" && (INSTALL_SCRIPTS.includes(name) || called.has(name)) ? [text] : [],
  );
}

function wordsOf(lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split(/[\s'"`;&|()<>=,]+/)).map((word) => word.replace(/^\.\//, "")));
}

/** True for what dependencies are installed as; anything else was made from the commit's other files too. */
export function isDependency(path: string): boolean {
  return path.split("/").some((segment) => DEPENDENCY_FOLDERS.has(segment));
}
