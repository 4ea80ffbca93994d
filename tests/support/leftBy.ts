import { Database } from "bun:sqlite";
import { glob, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Scene } from "./scene.ts";

/** Processes, locks, and sessions of agents, in words. */
export async function leftBy({ home }: Scene): Promise<readonly string[]> {
  const data = home.env.XDG_DATA_HOME ?? "";
  const left: string[] = [];
  for await (const path of glob("multi-agent-coder/*/locks/*.{lock,lease}", { cwd: data })) left.push(path);
  using database = new Database(join(data, "opencode/opencode.db"), { readonly: true });
  const sessions = database.query("select title from session where parent_id is not null").all();
  left.push(...sessions.map((session) => `session ${JSON.stringify(session)}`));
  for (const pid of await readdir("/proc").catch(() => [])) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (environment.includes(home.path)) left.push(`process ${pid}`);
  }
  return left;
}
