import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { hasErrorCode, readTextIfExists, writeFileAtomic } from "../../core/files.ts";
import { parseJson } from "../../core/parseJson.ts";
import { PACKAGES_FOLDER } from "../../core/privateVariables.ts";
import { runProcess } from "../../core/shell.ts";
import { removeTree } from "../../git/emptyDirectory.ts";
import { copyPaths, type PlacedContent } from "../../git/placedContent.ts";
import type { SetupKey } from "./setupKey.ts";

/** What `setup` makes of a commit. */
export type SetupResult =
  /** Copies of it serve other slots. */
  | {
      readonly kind: "image";
      readonly content: PlacedContent /** Installed outside of the work tree. */;
      readonly packages: string;
    }
  /** It has to run in each slot. */
  | { readonly kind: "not-shared"; readonly because: string };

/** What a slot has after `setup`, as it is to be kept. */
export interface SetupOutcome {
  readonly workTree: string;
  readonly roots: readonly string[];
  /** Folder with what was installed outside of the work tree. */
  readonly packages: string;
  /** Good for every commit with the same manifests, not only for one with the same files. */
  readonly dependenciesOnly: boolean;
}

const NAME = /^[0-9a-f]{24}(-[0-9a-f]{12})?$/;
const UNFINISHED = /^building-(\d+)-[0-9a-f]+$/;

/** True for what this folder's images, whole or half made, are called. */
export function isImageName(name: string): boolean {
  return NAME.test(name) || UNFINISHED.test(name);
}

const RECORD = "image.json";
const CONTENT = "content";
const MOST_IMAGES = 3;

/**
 * Images of what `setup` installs, in a folder that processes share: one is made under another name and renamed when it is
 * whole, so it is never seen half made. The three used last are kept.
 */
export class SetupImages {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async find(key: SetupKey): Promise<SetupResult | undefined> {
    const found = await this.read(key.dependencies);
    return found === "per-tree" ? this.readImage(key.tree) : found;
  }

  /** Copies what a slot has into an image. When another process was faster, its image is taken. */
  async store(key: SetupKey, outcome: SetupOutcome): Promise<SetupResult> {
    const building = join(this.folder, `building-${process.pid}-${randomBytes(4).toString("hex")}`);
    await Promise.all([CONTENT, PACKAGES_FOLDER].map((name) => mkdir(join(building, name), { recursive: true })));
    try {
      await copyPaths(outcome.workTree, join(building, CONTENT), outcome.roots);
      await copyPaths(outcome.packages, join(building, PACKAGES_FOLDER), await readdir(outcome.packages));
      await writeFileAtomic(join(building, RECORD), JSON.stringify({ roots: outcome.roots }));
      // A rename may reach the disk before what it names does.
      await runProcess("sync", ["-f", building], {
        cwd: "/",
        env: { PATH: process.env.PATH ?? "" },
        timeoutMs: 120_000,
      });
      await this.publish(building, outcome.dependenciesOnly ? key.dependencies : key.tree);
      if (!outcome.dependenciesOnly) await this.note(key, { perTree: true });
    } finally {
      await removeTree(building);
    }
    await this.removeOld();
    const stored = await this.find(key);
    if (stored === undefined) throw new Error(`the image ${key.dependencies} has gone while it was made`);
    return stored;
  }

  /** Remembers that this cannot be shared. */
  async refuse(key: SetupKey, because: string): Promise<SetupResult> {
    await this.note(key, { notShared: because });
    return { kind: "not-shared", because };
  }

  private async publish(building: string, name: string): Promise<void> {
    try {
      await rename(building, join(this.folder, name));
    } catch (error) {
      if (!hasErrorCode(error, "ENOTEMPTY", "EEXIST")) throw error;
    }
  }

  private note(key: SetupKey, record: object): Promise<void> {
    return writeFileAtomic(join(this.folder, key.dependencies, RECORD), JSON.stringify(record));
  }

  private async read(name: string): Promise<SetupResult | "per-tree" | undefined> {
    const record = parseJson((await readTextIfExists(join(this.folder, name, RECORD))) ?? "");
    if (typeof record !== "object" || record === null) return undefined;
    if ("perTree" in record) return "per-tree";
    if ("notShared" in record) return { kind: "not-shared", because: String(record.notShared) };
    return "roots" in record && isTexts(record.roots) ? this.imageOf(name, record.roots) : undefined;
  }

  private async readImage(name: string): Promise<SetupResult | undefined> {
    const found = await this.read(name);
    return found === "per-tree" ? undefined : found;
  }

  private async imageOf(name: string, roots: readonly string[]): Promise<SetupResult> {
    const folder = join(this.folder, name);
    // Its age is the time of its last use.
    await utimes(join(folder, RECORD), new Date(), new Date());
    return {
      kind: "image",
      content: { key: name, folder: join(folder, CONTENT), roots },
      packages: join(folder, PACKAGES_FOLDER),
    };
  }

  /** Only what was made here is removed: by name, and half-made ones whose process has gone. */
  private async removeOld(): Promise<void> {
    const names = await readdir(this.folder);
    const images = await Promise.all(
      names
        .filter((name) => NAME.test(name))
        .map(async (name) => ({
          name,
          usedAt: (await stat(join(this.folder, name, RECORD)).catch(() => undefined))?.mtimeMs ?? 0,
          holdsContent: (await stat(join(this.folder, name, CONTENT)).catch(() => undefined)) !== undefined,
        })),
    );
    const old = images
      .filter(({ holdsContent }) => holdsContent)
      .sort((a, b) => b.usedAt - a.usedAt)
      .slice(MOST_IMAGES);
    const abandoned = names.filter((name) => {
      const process = UNFINISHED.exec(name)?.[1];
      return process !== undefined && !isAlive(Number(process));
    });
    for (const name of [...old.map((image) => image.name), ...abandoned]) await this.remove(name);
  }

  private async remove(name: string): Promise<void> {
    // Gone at once for whoever looks for it.
    const dying = join(this.folder, `building-0-${randomBytes(4).toString("hex")}`);
    await rename(join(this.folder, name), dying).catch(() => undefined);
    await rm(dying, { recursive: true, force: true }).catch(() => removeTree(dying));
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function isAlive(pid: number): boolean {
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasErrorCode(error, "EPERM");
  }
}
