import { deferred } from "../../core/deferred.ts";

/** The calls of tools that are under way, by id. */
export class RunningCalls {
  private readonly ids = new Set<string>();
  /** Their session ended while they waited for their turn. */
  private readonly abandoned = new Set<string>();
  private ended = deferred<void>();

  get areAny(): boolean {
    return this.ids.size > 0;
  }

  /** @returns false: it has been told to have ended before it began */
  add(id: string): boolean {
    if (this.abandoned.has(id)) return false;
    if (!this.areAny) this.ended = deferred();
    this.ids.add(id);
    return true;
  }

  /** @returns whether it was under way */
  delete(id: string): boolean {
    if (!this.ids.delete(id)) {
      this.abandoned.add(id);
      return false;
    }
    if (!this.areAny) this.ended.resolve();
    return true;
  }

  /** Their session has ended, and nobody tells of them any more. @returns which were under way */
  endAll(): readonly string[] {
    const ids = [...this.ids];
    for (const id of ids) this.delete(id);
    return ids;
  }

  /** Resolves once there is none. */
  async atRest(): Promise<void> {
    if (this.areAny) await this.ended.promise;
  }
}
