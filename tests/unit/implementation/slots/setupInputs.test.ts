import { describe, expect, test } from "bun:test";
import { isDependency, setupInputs } from "../../../../src/implementation/slots/setupInputs.ts";

const noText = async () => undefined;
const inputs = (paths: readonly string[], commands: readonly string[], manifest?: object) =>
  setupInputs(paths, commands, async (path) =>
    path === "package.json" && manifest !== undefined ? JSON.stringify(manifest) : undefined,
  );

describe("setupInputs", () => {
  test("takes manifests, lockfiles and versions of tools, wherever they lie", async () => {
    const taken = [
      "package.json",
      "web/package-lock.json",
      "a/b/Cargo.lock",
      "go.sum",
      "requirements-dev.txt",
      ".nvmrc",
    ];
    const left = ["src/package.ts", "README.md", "docs/requirements.md", "locked.txt", "go.mod.bak"];
    expect(await setupInputs([...taken, ...left], ["npm ci"], noText)).toEqual(taken);
  });

  test("takes patches, and the settings of tools", async () => {
    const taken = ["patches/left-pad+1.0.0.patch", ".yarn/releases/yarn.cjs", ".cargo/config.toml", ".npmrc"];
    expect(await inputs([...taken, "src/patches.ts"], ["npm ci"])).toEqual(taken);
  });

  test("takes files that a command names, and the recipes it runs", async () => {
    const paths = ["tools/install.sh", "tools/other.sh", "Makefile", "web/justfile"];
    expect(await inputs(paths, ['bash "./tools/install.sh" --fast'])).toEqual(["tools/install.sh"]);
    expect(await inputs(paths, ["cd web && make deps"])).toEqual(["Makefile"]);
  });

  test("takes what scripts of the manifest name, if installing or a command runs them", async () => {
    const scripts = { postinstall: "node tools/link.mjs", deps: "sh tools/deps.sh", test: "node tools/test.mjs" };
    const paths = ["package.json", "tools/link.mjs", "tools/deps.sh", "tools/test.mjs"];
    expect(await inputs(paths, ["npm ci"], { scripts })).toEqual(["package.json", "tools/link.mjs"]);
    expect(await inputs(paths, ["npm run deps"], { scripts })).toEqual(paths.slice(0, 3));
    expect(await setupInputs(paths, ["npm ci"], async () => "not JSON")).toEqual(["package.json"]);
  });
});

test("what is installed is told from what is made", () => {
  expect(["node_modules", "web/node_modules", "vendor/bundle", ".venv"].every(isDependency)).toBe(true);
  expect(["dist", "src/generated", "node_modules.txt"].some(isDependency)).toBe(false);
});
