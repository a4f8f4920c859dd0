import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { EvaluationRepository, EvaluationSubject, OutboxItem } from '@cooperage/db';
import { BuildFailure, type FailureCode } from '@cooperage/domain';
import { createLogger } from '@cooperage/telemetry';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MirrorKeeper } from '../../shared/mirror-keeper.js';
import { SourceProjects } from '../../shared/source-projects.js';
import { EvaluateService } from './evaluate.service.js';
import type { Head, NoHead, ReadHead } from './read-head.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const commit = 'c'.repeat(40);
const facts = { subject: 's', authorName: 'a', committedAtSeconds: 1 } as Head['facts'];
const head: Head = {
  ...{ ref: 'refs/heads/main', commit, observed: commit, defaultBranch: 'main' },
  ...{ late: false, rewrites: false, repeats: true, facts, changedPaths: null },
};
const gone: NoHead = { nothing: 'ref_gone', mayFollow: false };

/** One delivery in memory, and a git host that does what it is told. */
class Bench {
  status = 'received';
  failureCode: string | null = null;
  reason: string | null = null;
  note: string | null = null;
  /** The queue of the organization, for a delivery that found it full before. */
  isFull = false;
  loads = 0;
  looks = 0;
  private waits = 0;

  private readonly rows: Partial<EvaluationRepository>;
  private readonly heads: {
    readonly of: () => Promise<Head | NoHead>;
    readonly shortage: () => Promise<string | null>;
  };
  /** Why the disk of the mirrors is short. */
  shortage: string | null = null;
  readonly service: EvaluateService;

  constructor(answers: (Head | NoHead | Error)[]) {
    this.rows = {
      findsNoRoom: async () => this.isFull,
      lookAgain: async () => void this.looks++,
      load: async () => {
        this.loads++;
        return this.isOpen ? this.subject() : null;
      },
      rulesThatBuilt: async () => new Set(),
      heldTags: async () => new Map(),
      commit: async () => this.end('evaluated', { ok: true, builds: [] } as const),
      markNothing: async (_id, { reason }) => {
        this.reason = reason;
        this.end('evaluated', undefined);
      },
      markFailed: async (_id, code) => {
        this.failureCode = code;
        this.end('failed', undefined);
      },
      markWaiting: async () => {
        this.status = 'evaluating';
        this.waits++;
      },
      markSlow: async () => {
        this.status = 'evaluating';
      },
      markDiskFull: async (_id, note) => {
        this.status = 'evaluating';
        this.note = note;
      },
    };
    const of = async () => {
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      if (answer instanceof Error) throw answer;
      return answer;
    };
    this.heads = { of, shortage: async () => this.shortage };
    this.service = new EvaluateService(
      this.rows as EvaluationRepository,
      this.heads as unknown as ReadHead,
      new SourceProjects([new Uint8Array(32)] as never),
      new MirrorKeeper({ tidy: async () => undefined }, logger),
      logger,
    );
  }

  /** Another git host, and another reader of tags. */
  replace(of: () => Promise<Head>, heldTags: EvaluationRepository['heldTags']): void {
    Object.assign(this.heads, { of });
    Object.assign(this.rows, { heldTags });
  }

  /** Another database. */
  loadsBy(load: EvaluationRepository['load']): void {
    Object.assign(this.rows, { load });
  }

  /** A database in which the statements of some deliveries time out. */
  isSlowFor(slow: (deliveryId: string) => boolean): void {
    this.loadsBy(async (deliveryId) => {
      if (slow(deliveryId)) throw Object.assign(new Error('statement timeout'), { code: '57014' });
      return this.subject(deliveryId);
    });
  }

  /** A database in which reading the builds of a project times out. Deliveries that build nothing do not read them. */
  hasSlowBuilds(): void {
    this.isSlowFor(() => false);
    const rulesThatBuilt = async () => {
      throw Object.assign(new Error('statement timeout'), { code: '57014' });
    };
    Object.assign(this.rows, { rulesThatBuilt });
  }

  /** A queue without room. */
  isFullAtCommit(): void {
    const full = { ok: false, reason: 'queue_full', sentence: 'The queue is full.' } as const;
    Object.assign(this.rows, { commit: async () => full, waitForRoom: async () => undefined });
  }

  get isOpen(): boolean {
    return this.status === 'received' || this.status === 'evaluating';
  }

  /** As the outbox does it: again until it is done. The number of takings. @param between what happens in the pauses */
  async runToEnd(most: number, between: () => Promise<unknown> = async () => undefined): Promise<number> {
    let failures = 0;
    for (let attempts = 1; attempts <= most; attempts++) {
      await between();
      const item = { subjectId: 'd', attempts, failures } as OutboxItem;
      const result = await this.service.handle(item).catch(() => {
        failures++;
        return { done: false };
      });
      if (result.done) return attempts;
    }
    throw new Error('it would go on for ever');
  }

  private end<T>(status: string, value: T): T {
    this.status = status;
    return value;
  }

  private subject(deliveryId = 'd'): EvaluationSubject {
    const project = {
      id: 'p',
      remoteUrl: 'https://git.example/x',
      gitCredentials: null,
      protectedBranches: [],
      protectedTags: ['**'],
    };
    const shared = {
      deliveryId,
      eventName: 'push',
      ref: head.ref,
      after: commit,
      body: null,
      replayOf: null,
      before: null,
      repository: null,
    };
    return { ...shared, sender: null, attempts: this.waits, project, rules: [] } as unknown as EvaluationSubject;
  }
}

/** Collects garbage at once. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

const failure = (code: FailureCode) => new BuildFailure(code, code);

describe('a delivery', () => {
  it('R2-H1 fails where control ended again and again while it was looked at', async () => {
    const bench = new Bench([]);
    expect(await bench.service.giveUp({ subjectId: 'd' })).toEqual({ done: true });
    expect([bench.status, bench.failureCode]).toEqual(['failed', 'InternalError']);
  });

  it('waits for a git host that is away, five tries long, and says so', async () => {
    const bench = new Bench([failure('SourceUnavailable')]);
    expect(await bench.service.handle({ subjectId: 'd', attempts: 1, failures: 0 } as OutboxItem)).toMatchObject({
      done: false,
      retryInMs: 2_000,
    });
    expect(bench.status).toBe('evaluating');
    expect(await bench.runToEnd(100)).toBe(4);
    expect([bench.status, bench.failureCode]).toEqual(['failed', 'SourceUnavailable']);
  });

  it('R-H1 of a commit that is not on its ref waits for a git host that may be slower than its delivery', async () => {
    const bench = new Bench([{ nothing: 'commit_not_on_ref', mayFollow: true }]);
    expect(await bench.runToEnd(100)).toBe(5);
    expect([bench.status, bench.reason]).toEqual(['evaluated', 'commit_not_on_ref']);
    const sure = new Bench([{ nothing: 'commit_not_on_ref', mayFollow: false }]);
    expect(await sure.runToEnd(1)).toBe(1);
    expect([sure.status, sure.reason]).toEqual(['evaluated', 'commit_not_on_ref']);
  });

  it('fails at once where waiting cannot help', async () => {
    const bench = new Bench([failure('SourceAccessDenied')]);
    expect(await bench.runToEnd(1)).toBe(1);
    expect([bench.status, bench.failureCode]).toEqual(['failed', 'SourceAccessDenied']);
  });

  it('that meets a defect of ours fails after a while, and does not stay behind as received', async () => {
    const bench = new Bench([new TypeError('no')]);
    expect(await bench.runToEnd(100)).toBe(12);
    expect([bench.status, bench.failureCode]).toEqual(['failed', 'InternalError']);
  });

  it('R9-B4 has all its tries although it was taken very often before, only to wait', async () => {
    const bench = new Bench([new Error('too many open files')]);
    const item = (failures: number) => ({ subjectId: 'd', attempts: 200, failures }) as OutboxItem;
    await expect(bench.service.handle(item(0))).rejects.toThrow('open files');
    await expect(bench.service.handle(item(10))).rejects.toThrow('open files');
    expect(bench.status).toBe('received');
    expect(await bench.service.handle(item(11))).toEqual({ done: true });
    expect(bench.status).toBe('failed');
  });

  it('waits without end for the database alone', async () => {
    const bench = new Bench([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]);
    await expect(bench.runToEnd(50)).rejects.toThrow('for ever');
    expect(bench.status).toBe('received');
  });

  const other = { subjectId: 'other', attempts: 1, failures: 0 } as OutboxItem;

  it('R12B-4 fails after its tries when its statements time out and another delivery is evaluated', async () => {
    const bench = new Bench([head]);
    bench.isSlowFor((deliveryId) => deliveryId === 'd');
    // Nothing else is evaluated during the first try, so that one does not count.
    expect(await bench.runToEnd(100, () => bench.service.handle(other))).toBe(13);
    expect([bench.status, bench.failureCode]).toEqual(['failed', 'InternalError']);
  });

  it.each([
    ['have no ref any more', gone],
    ['are refused by the git host', failure('SourceAccessDenied')],
  ])('V13B-2 does not fail by a statement that other deliveries, which %s, do not need', async (_title, answer) => {
    const answers = Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? answer : head));
    const bench = new Bench(answers);
    bench.hasSlowBuilds();
    await expect(bench.runToEnd(40, () => bench.service.handle(other))).rejects.toThrow('for ever');
  });

  it('V13B-2 fails after its tries when its statements time out and another delivery comes as far as the queue', async () => {
    const bench = new Bench([head]);
    bench.isFullAtCommit();
    bench.isSlowFor((deliveryId) => deliveryId === 'd');
    expect(await bench.runToEnd(100, () => bench.service.handle(other))).toBe(13);
    expect([bench.status, bench.failureCode]).toEqual(['failed', 'InternalError']);
  });

  it('V13-S1 waits while statements of all deliveries time out', async () => {
    const bench = new Bench([head]);
    let isSlow = true;
    bench.isSlowFor(() => isSlow);
    await expect(bench.runToEnd(100)).rejects.toThrow('for ever');
    expect(bench.status).toBe('evaluating');
    isSlow = false;
    expect(await bench.runToEnd(1)).toBe(1);
    expect(bench.status).toBe('evaluated');
  });

  it('V13B-7 waits longer after each timeout in a row, however often it was claimed before', async () => {
    const bench = new Bench([failure('SourceUnavailable')]);
    let isSlow = true;
    bench.isSlowFor(() => isSlow);
    const pauseOf = async () => {
      const result = await bench.service.handle({ subjectId: 'd', attempts: 100, failures: 0 } as OutboxItem);
      return result.done ? 0 : result.retryInMs;
    };
    expect([await pauseOf(), await pauseOf(), await pauseOf()]).toEqual([2_000, 4_000, 8_000]);
    isSlow = false;
    expect(await pauseOf()).toBe(2_000);
    isSlow = true;
    expect([await pauseOf(), await pauseOf()]).toEqual([2_000, 4_000]);
  });

  describe('R14B-3 that finds the disk of control full', () => {
    const full = new BuildFailure('DiskFull', 'The disk has 1.0 GiB left.');
    const pauseOf = async (bench: Bench) => {
      const result = await bench.service.handle({ subjectId: 'd', attempts: 100, failures: 0 } as OutboxItem);
      return result.done ? 0 : result.retryInMs;
    };

    it.each([
      ['the fetch', full],
      ['a write of the mirror', Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })],
    ])(
      'R14B-3 by %s waits for more tries than a delivery has, and is evaluated when there is room',
      async (_by, error) => {
        const bench = new Bench([...Array.from({ length: 20 }, () => error), head]);
        expect(await bench.runToEnd(100, async () => expect(bench.isOpen).toBe(true))).toBe(21);
        expect([bench.status, bench.failureCode]).toEqual(['evaluated', null]);
      },
    );

    it('R14B-3 says so, and is looked at after pauses that grow to three minutes', async () => {
      const bench = new Bench([full]);
      const pauses: number[] = [];
      for (let at = 0; at < 9; at++) pauses.push(await pauseOf(bench));
      expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 180, 180].map((seconds) => seconds * 1_000));
      expect(bench.status).toBe('evaluating');
      expect(bench.note).toMatch(/^The disk has 1\.0 GiB left\. .*again/);
    });

    it('R14B-3 has all tries at its git host afterwards, and the pauses of the next shortage begin anew', async () => {
      const away = failure('SourceUnavailable');
      const bench = new Bench([full, full, away, full, away, away, away, away]);
      const pauses: number[] = [];
      for (let at = 0; at < 8; at++) pauses.push(await pauseOf(bench));
      expect(pauses).toEqual([2_000, 4_000, 2_000, 2_000, 8_000, 30_000, 80_000, 0]);
      expect([bench.status, bench.failureCode]).toEqual(['failed', 'SourceUnavailable']);
    });

    it('R15B-2 is no use of its mirror while the disk stays full: neither its project nor its git host is asked', async () => {
      const bench = new Bench([full, head]);
      expect(await pauseOf(bench)).toBe(2_000);
      bench.shortage = 'The disk has 0.5 GiB left.';
      const loads = bench.loads;
      expect([await pauseOf(bench), await pauseOf(bench), await pauseOf(bench)]).toEqual([4_000, 8_000, 16_000]);
      expect([bench.loads, bench.status, bench.note]).toEqual([
        loads,
        'evaluating',
        expect.stringContaining('0.5 GiB'),
      ]);
      bench.shortage = null;
      expect(await pauseOf(bench)).toBe(0);
      expect(bench.status).toBe('evaluated');
    });
  });

  it('R9-B2 reads nothing of its project while it waits for room', async () => {
    const bench = new Bench([head]);
    bench.isFull = true;
    expect(await bench.runToEnd(1)).toBe(1);
    expect([bench.status, bench.loads, bench.looks]).toEqual(['received', 0, 1]);
    bench.isFull = false;
    expect(await bench.runToEnd(1)).toBe(1);
    expect([bench.status, bench.loads, bench.looks]).toEqual(['evaluated', 1, 1]);
  });

  it('R9-B2 holds no changed paths any more when its tags are looked up', async () => {
    const collect = collector();
    const paths: { ref?: WeakRef<readonly string[]> } = {};
    const bench = new Bench([head]);
    const read = async (): Promise<Head> => {
      const changedPaths = Array.from({ length: 1_000 }, (_, at) => `path ${at}`);
      paths.ref = new WeakRef(changedPaths);
      return { ...head, changedPaths };
    };
    let looked = false;
    bench.replace(read, async () => {
      // The look itself must not hold them: it hands on whether they are there.
      const areGone = () => {
        collect();
        return paths.ref?.deref() === undefined;
      };
      await expect.poll(areGone).toBe(true);
      looked = true;
      return new Map();
    });
    expect(await bench.runToEnd(1)).toBe(1);
    expect(looked).toBe(true);
  });

  it('comes to an end whatever the git host does, in whatever order, and in spite of shortages of the disk', async () => {
    const answer = fc.oneof(
      fc.constant(head),
      fc.constant(gone),
      fc.constantFrom<FailureCode>('SourceUnavailable', 'RefNotFound', 'SourceTooLarge', 'PolicyRefused').map(failure),
      fc.constant(new Error('defect')),
    );
    const full = failure('DiskFull');
    const script = fc.array(fc.oneof(answer, fc.constant(full)), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(script, answer, async (said, last) => {
        const bench = new Bench([...said, last]);
        // Twelve tries that fail, and four pauses for the git host.
        const most = 16 + said.filter((each) => each === full).length;
        expect(await bench.runToEnd(most)).toBeLessThanOrEqual(most);
        expect(bench.isOpen).toBe(false);
      }),
    );
  });
});
