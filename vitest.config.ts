import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Workspace packages are read from their sources (`source` in their exports), so tests never need a build first.
const conditions = ['source', 'node'];
const common = { resolve: { conditions }, ssr: { resolve: { conditions } } };

/** What a test waits for comes late on a busy machine; the second that the tool gives it was too little there. */
const patient = { expect: { poll: { timeout: 20_000 } } };

// Tests with real services wait for most of their time; each file has a database, a Redis database and names of its own.
const filesAtOnce = 2;

const endToEnd = { ...patient, testTimeout: 300_000, hookTimeout: 300_000 };

/**
 * Two end-to-end files run at a time, and of those with a browser one. The longest of these begins at once and the others come
 * last: whoever takes one while another is under way stands still until that has ended, although files without a browser may
 * be left. `publisher` is the longest of those and comes behind them, so that it ends beside a browser and not before it.
 * `undefined` stands for all that are not named.
 */
const order = [
  'every-page',
  'faults',
  'cache',
  undefined,
  'publisher',
  'browser-pages',
  'browser-door',
  'browser-sign-in',
];

class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const others = order.indexOf(undefined);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = order.findIndex((name) => name !== undefined && moduleId.endsWith(`/e2e/scenarios/${name}.e2e.ts`));
      return at === -1 ? others : at;
    };
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  ...common,
  test: {
    sequence: { sequencer: InOrder },
    projects: [
      {
        ...common,
        test: {
          name: 'unit',
          ...patient,
          // A busy machine is no failure: what must be quick is proven by counting work, not by the clock.
          testTimeout: 30_000,
          include: ['libs/*/src/**/*.spec.ts', 'apps/*/src/**/*.spec.ts', 'tools/*/src/**/*.spec.ts'],
          exclude: [
            '**/*.int.spec.ts',
            '**/*.strangers.spec.ts',
            '**/*.full.spec.ts',
            '**/node_modules/**',
            '**/dist/**',
          ],
          setupFiles: ['reflect-metadata'],
          // Half of the time went into loading the same modules for each file anew; no test file changes what is not its own.
          isolate: false,
          // The tool would leave one of two processors to itself.
          maxWorkers: filesAtOnce,
        },
      },
      {
        ...common,
        test: {
          name: 'int',
          ...patient,
          include: ['libs/*/src/**/*.int.spec.ts', 'apps/*/src/**/*.int.spec.ts', 'tools/*/src/**/*.int.spec.ts'],
          setupFiles: ['reflect-metadata'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          isolate: false,
          maxWorkers: filesAtOnce,
        },
      },
      {
        ...common,
        test: {
          // What needs the engine for strangers beside the other one.
          name: 'strangers',
          ...patient,
          include: ['libs/*/src/**/*.strangers.spec.ts', 'tools/*/src/**/*.strangers.spec.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        ...common,
        test: {
          name: 'e2e',
          include: ['e2e/scenarios/*.e2e.ts'],
          ...endToEnd,
          // A whole product each; of those with a browser one at a time (`browserSuite`).
          maxWorkers: filesAtOnce,
        },
      },
      {
        ...common,
        test: {
          // What `--full` adds to int: too long for every run.
          name: 'full',
          ...patient,
          include: ['libs/*/src/**/*.full.spec.ts', 'apps/*/src/**/*.full.spec.ts', 'tools/*/src/**/*.full.spec.ts'],
          setupFiles: ['reflect-metadata'],
          testTimeout: 600_000,
          hookTimeout: 300_000,
          maxWorkers: filesAtOnce,
        },
      },
      {
        ...common,
        test: {
          // What `--full` adds to e2e: Compose, load, excerpts of the soak.
          name: 'e2e-full',
          include: ['e2e/scenarios/full/*.e2e.ts'],
          ...patient,
          testTimeout: 900_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        ...common,
        test: {
          // What builds the applications anew, wants all of the machine or compares times.
          name: 'e2e-alone',
          include: ['e2e/scenarios/alone/*.e2e.ts'],
          ...endToEnd,
          fileParallelism: false,
        },
      },
    ],
  },
});
