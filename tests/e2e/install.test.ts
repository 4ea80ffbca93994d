import { expect, setDefaultTimeout, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeHermeticHome } from "../support/hermeticHome.ts";
import { makeProjectConfigFolder, PLUGIN_FOLDER, runOpencode } from "../support/opencode.ts";
import { makeRepository } from "../support/repository.ts";
import { lastLine } from "../support/scene.ts";

setDefaultTimeout(180_000);

test("`opencode plugin <folder>` installs the plugin, and its commands answer", async () => {
  const home = await makeHermeticHome();
  const repository = await makeRepository({ files: { "a.txt": "a\n" } });
  try {
    const folder = await makeProjectConfigFolder(repository);
    const where = { cwd: repository.path, home };

    const installed = await runOpencode(["plugin", PLUGIN_FOLDER], where);
    expect({ exitCode: installed.exitCode, stdout: installed.stdout }).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(folder, "opencode.json"), "utf8")).toContain("dist");

    const answered = await runOpencode(["run", "plan", "--", "--context_file=nothing.md"], where);
    expect(answered.exitCode).toBe(1);
    expect(lastLine(answered.stderr)).toContain("nothing.md");
  } finally {
    await Promise.all([home.remove(), repository.remove()]);
  }
});
