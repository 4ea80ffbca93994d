import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { hasErrorCode, writeFileAtomic } from "../../core/files.ts";
import { failure, type Result, success } from "../../core/result.ts";
import { truncateUtf8, utf8Length } from "../../core/utf8.ts";

/** Of one content: what agents are sent and say is smaller; what a command prints may not be. */
export const ARTIFACT_BYTES = 1024 * 1024;

/** Content as it is kept. */
export interface StoredContent {
  /** Sha-256 of the kept bytes, in hexadecimal. */
  readonly id: string;
  readonly bytes: number;
  /** True: it was longer, and its end is not kept. */
  readonly cut: boolean;
}

/** Why content cannot be given back. */
export interface ContentDamage {
  readonly reason: "missing" | "damaged";
  readonly id: string;
  readonly path: string;
  /** For the user. */
  readonly message: string;
}

/**
 * What agents were sent, did and said, by the sha-256 of its content: `<aa>/<rest of the hash>`. The same content twice
 * is one file. Processes share a store without knowing of one another, since whoever writes a name writes the same
 * bytes, in one step. It knows no runs, masks nothing and removes nothing.
 */
export class ArtifactStore {
  private readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  /** Resolves once the content is on disk, cut at `ARTIFACT_BYTES`. A file of that name that is not whole is replaced. */
  async put(content: string): Promise<StoredContent> {
    const kept = truncateUtf8(content, ARTIFACT_BYTES);
    const id = contentId(kept);
    if (!(await this.read(id)).ok) await writeFileAtomic(this.pathOf(id), kept, 0o600);
    return { id, bytes: utf8Length(kept), cut: kept.length < content.length };
  }

  /** The content, if it is what was put there. */
  async read(id: string): Promise<Result<string, ContentDamage>> {
    const path = this.pathOf(id);
    const content = await readIfExists(path);
    if (content === undefined) {
      return failure({ reason: "missing", id, path, message: `The artifact ${path} is not there.` });
    }
    if (contentId(content) === id) return success(content.toString("utf8"));
    const message = `The artifact ${path} is not what was kept under its name: put back a copy, or do without it.`;
    return failure({ reason: "damaged", id, path, message });
  }

  private pathOf(id: string): string {
    return join(this.directory, id.slice(0, 2), id.slice(2));
  }
}

function contentId(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

async function readIfExists(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasErrorCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}
