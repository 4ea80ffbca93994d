import type { FileFacts, RepositoryFacts } from "../../../src/backlog/repositoryFacts.ts";

/** Facts of a repository with these files; a number is a size in bytes. */
export function makeFacts(
  files: Readonly<Record<string, number | Partial<FileFacts>>>,
  more: Partial<RepositoryFacts> & { readonly programs?: readonly string[] } = {},
): RepositoryFacts {
  const { programs = ["node", "npm", "git", "grep", "diff"], ...fields } = more;
  const factsOf = (given: number | Partial<FileFacts>): FileFacts => ({
    bytes: 100,
    exportedNames: [],
    isGenerated: false,
    ...(typeof given === "number" ? { bytes: given } : given),
  });
  return {
    files: new Map(Object.entries(files).map(([path, given]) => [path, factsOf(given)])),
    submodules: new Set(),
    links: new Set(),
    isIgnored: () => false,
    isInWorkTree: (path) => Object.hasOwn(files, path),
    hasProgram: (name) => programs.includes(name),
    scripts: new Set(["test", "build"]),
    setup: [],
    ...fields,
  };
}

/** As many names as asked for. */
export function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `name${index}`);
}
