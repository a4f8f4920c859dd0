const maxProjects = 10_000;
/** A large git host delivers from dozens of addresses. */
const maxAddressesPerProject = 64;
const keepMs = 24 * 60 * 60 * 1000;

/**
 * Remembers which addresses proved calls to which projects within a day. An address may be shared, with a git host's other
 * customers or behind one gateway; what somebody else sends from it must not stop those who proved themselves (R2-M-6).
 * A project pushes out only its own addresses. It is kept in this process alone.
 */
export class ProvenCallers {
  /** When an address proved itself last, by project and address; the oldest first in both. */
  private readonly projects = new Map<string, Map<string, number>>();

  constructor(private readonly nowMs: () => number = Date.now) {}

  add(projectId: string, address: string): void {
    const addresses = this.projects.get(projectId) ?? new Map<string, number>();
    renew(this.projects, projectId, addresses, maxProjects);
    renew(addresses, address, this.nowMs(), maxAddressesPerProject);
  }

  has(projectId: string, address: string): boolean {
    const provenMs = this.projects.get(projectId)?.get(address);
    return provenMs !== undefined && provenMs + keepMs > this.nowMs();
  }
}

/** Puts an entry last; the first goes where there are too many. */
function renew<T>(entries: Map<string, T>, key: string, value: T, most: number): void {
  entries.delete(key);
  entries.set(key, value);
  if (entries.size > most) entries.delete(entries.keys().next().value!);
}
