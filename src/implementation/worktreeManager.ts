import type { Clock } from "../core/clock.ts";
import { Refusal } from "../core/refusal.ts";
import type { StateDirectory } from "../core/stateDirectory.ts";
import type { Slot } from "../git/slot.ts";
import { acquireLock, type Lock } from "../recovery/lock.ts";
import type { ProcessIdentity } from "../recovery/processIdentity.ts";

/** Opens the repository and work tree of a slot; git's part, passed in. */
export type OpenSlot = (kind: "worker" | "gate", number: number) => Promise<Slot>;

export interface LeaseOptions {
  readonly state: StateDirectory;
  readonly openSlot: OpenSlot;
  readonly identity: ProcessIdentity;
  readonly purpose: string;
  readonly clock: Clock;
}

/** More slots than any sensible number of runs at once needs: a bound on the search for a free one. */
const MAX_SLOTS = 256;

/**
 * M11. The work trees of one run: a slot for each worker and a gate, leased from all processes of this machine when the
 * run starts, so two runs never share one, and lent to task after task. It makes and empties them; what is done inside,
 * and landing, is others' business.
 */
export class WorktreeManager {
  readonly gate: Slot;
  /** Numbers of the slots. */
  readonly slots: readonly number[];
  private readonly free: Slot[];
  private readonly leases: readonly Lock[];
  private readonly paths: readonly string[];

  private constructor(slots: readonly Slot[], gate: Slot, leases: readonly Lock[]) {
    this.free = [...slots];
    this.slots = slots.map(({ number }) => number);
    this.gate = gate;
    this.leases = leases;
    this.paths = [...slots, gate].map(({ directory }) => directory);
  }

  /** Leases `count` slots and a gate, the lowest free numbers. Rejects with `Refusal` when there are none. */
  static async lease(count: number, options: LeaseOptions): Promise<WorktreeManager> {
    const leases: Lock[] = [];
    try {
      const gates = await leaseNumbers(1, options.state.gateLease, options, leases);
      const numbers = await leaseNumbers(count, options.state.slotLease, options, leases);
      // One at a time: making two work trees at once races on git's locks.
      const gate = await options.openSlot("gate", gates[0] ?? 1);
      const slots: Slot[] = [];
      for (const number of numbers) slots.push(await options.openSlot("worker", number));
      return new WorktreeManager(slots, gate, leases);
    } catch (error) {
      await releaseAll(leases);
      throw error;
    }
  }

  /** Absolute paths of all of them. */
  get directories(): readonly string[] {
    return this.paths;
  }

  /** Lends a slot. There is one for each worker, so asking for more is a bug. */
  take(): Slot {
    const slot = this.free.shift();
    if (slot === undefined) throw new Error("every slot of this run is in use");
    return slot;
  }

  /** Takes a slot back. Its content stays until the next task's `rebuild`: it may be what explains a failure. */
  giveBack(slot: Slot): void {
    this.free.push(slot);
    this.free.sort((a, b) => a.number - b.number);
  }

  /** Ends all leases; the slots stay for the next run. */
  async cleanupAll(): Promise<void> {
    await releaseAll(this.leases);
  }
}

async function leaseNumbers(
  count: number,
  pathOf: (number: number) => string,
  { identity, purpose, clock }: LeaseOptions,
  leases: Lock[],
): Promise<number[]> {
  const numbers: number[] = [];
  for (let number = 1; numbers.length < count; number++) {
    if (number > MAX_SLOTS)
      throw new Refusal(`All ${MAX_SLOTS} work trees of this repository are in use by other runs.`);
    const lease = await acquireLock(pathOf(number), { identity, purpose, timeoutMs: 0, clock });
    if (!lease.ok) continue;
    leases.push(lease.value);
    numbers.push(number);
  }
  return numbers;
}

async function releaseAll(leases: readonly Lock[]): Promise<void> {
  await Promise.allSettled(leases.map((lease) => lease.release()));
}
