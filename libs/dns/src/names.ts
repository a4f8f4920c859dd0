import type { ResolverOptions } from 'node:dns';
import { Resolver, TIMEOUT } from 'node:dns/promises';
import { stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { fromHostsFile } from './hosts-file.js';

export interface NameOptions {
  /** Name servers as `address:port`; those of the system if nothing is said. */
  readonly servers?: readonly string[];
  /** File by whose change the name servers of the system are read anew. */
  readonly resolverFile?: string;
  readonly hostsFile?: string;
  /** Milliseconds after which a name that nobody answers for is given up. */
  readonly timeoutMs?: number;
  /** Milliseconds for which an answer is given again. */
  readonly keptMs?: number;
}

const mostKept = 1_000;

/** Looks names up without a thread of the process, each once for all who ask at a time. */
export class Names {
  private resolver: Resolver | undefined;
  private resolverFileMs: number | undefined;
  private readonly keptMs: number;
  private readonly timeoutMs: number;
  private readonly answers = new Map<string, { readonly answer: Promise<readonly string[]>; endsMs: number }>();

  constructor(private readonly options: NameOptions = {}) {
    this.keptMs = options.keptMs ?? 5_000;
    this.timeoutMs = options.timeoutMs ?? 6_000;
  }

  /**
   * All addresses of a name, at least one; first those of the family in which this machine has an address itself, IPv4 before IPv6.
   * @throws {Error} with the `code` of `node:dns` (`ENOTFOUND`, `ETIMEOUT` …) where there is none
   */
  addresses(name: string): Promise<readonly string[]> {
    const key = name.toLowerCase();
    const known = this.answers.get(key);
    if (known && known.endsMs > performance.now()) return known.answer;
    const asked = { answer: this.ask(key), endsMs: Number.POSITIVE_INFINITY };
    this.keep(key, asked);
    const ends = () => {
      asked.endsMs = performance.now() + this.keptMs;
    };
    asked.answer.then(ends, ends);
    return asked.answer;
  }

  private keep(key: string, asked: { readonly answer: Promise<readonly string[]>; endsMs: number }): void {
    this.answers.delete(key);
    this.answers.set(key, asked);
    const [oldest] = this.answers.keys();
    if (this.answers.size > mostKept && oldest !== undefined) this.answers.delete(oldest);
  }

  private async ask(name: string): Promise<readonly string[]> {
    const local = await fromHostsFile(this.options.hostsFile ?? '/etc/hosts', name);
    if (local.length > 0) return local;
    const endsMs = performance.now() + this.timeoutMs;
    const asked = [this.askFor('resolve4', name, endsMs), this.askFor('resolve6', name, endsMs)] as const;
    const [four, six] = await Promise.allSettled(asked);
    const families = hasAddressOf('IPv4') ? [four, six] : [six, four];
    const found = families.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    if (found.length === 0 && four.status === 'rejected') throw four.reason;
    return found;
  }

  /**
   * c-ares waits some times as long as a name server has usually taken. Names that were answered at once make that a part of a
   * second. So one that takes longer is asked for once more, by a resolver that has measured nothing.
   */
  private async askFor(family: 'resolve4' | 'resolve6', name: string, endsMs: number): Promise<readonly string[]> {
    const leftMs = () => Math.ceil(endsMs - performance.now());
    const resolver = await this.presentResolver();
    try {
      return await within(leftMs(), resolver[family](name));
    } catch (error) {
      if (!isTimeout(error) || leftMs() <= 0) throw error;
      const patient = this.resolverOf({ timeout: leftMs(), tries: 1 });
      return await within(leftMs(), patient[family](name)).finally(() => patient.cancel());
    }
  }

  /** A resolver knows the name servers of the time when it was made. */
  private async presentResolver(): Promise<Resolver> {
    const { resolverFile = '/etc/resolv.conf' } = this.options;
    const changedMs = (await stat(resolverFile).catch(() => undefined))?.mtimeMs;
    if (this.resolver && changedMs === this.resolverFileMs) return this.resolver;
    const halfMs = Math.ceil(this.timeoutMs / 2);
    this.resolver = this.resolverOf({ timeout: halfMs, maxTimeout: halfMs, tries: 2 });
    this.resolverFileMs = changedMs;
    return this.resolver;
  }

  private resolverOf(options: ResolverOptions): Resolver {
    const resolver = new Resolver(options);
    if (this.options.servers) resolver.setServers(this.options.servers);
    return resolver;
  }
}

/** Ends in `ETIMEOUT` where `answer` takes longer: by itself c-ares asks each name server in turn, however many there are. */
async function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const end = pause(Math.max(0, ms), undefined, { signal: timer.signal }).then(() => {
    throw Object.assign(new Error('no name server has answered in time'), { code: TIMEOUT });
  });
  return Promise.race([answer, end]).finally(() => timer.abort());
}

function isTimeout(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === TIMEOUT;
}

function hasAddressOf(family: string): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some((address) => address.family === family && !address.internal),
  );
}

/** For the whole process: who asks for one name shares its answer. */
export const publicNames = new Names();
