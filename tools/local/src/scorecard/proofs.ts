/** The part of vitest's JSON report that names tests. */
export interface NamedReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

/** Suites whose tests run against real services and real processes: only they may speak for a row. */
export const PROVING_SUITES = ['int', 'strangers', 'e2e', 'full'] as const;
export type ProvingSuite = (typeof PROVING_SUITES)[number];

/** The suite that a test file belongs to, by its name as vitest's configuration sorts them. */
export function suiteOf(file: string): ProvingSuite {
  if (file.startsWith('e2e/scenarios/full/') || file.endsWith('.full.spec.ts')) return 'full';
  if (file.endsWith('.e2e.ts')) return 'e2e';
  return file.endsWith('.strangers.spec.ts') ? 'strangers' : 'int';
}

/** One test that speaks for a row. */
export interface Proof {
  /** From the checkout's root. */
  readonly file: string;
  readonly group: string;
  readonly title: string;
  readonly passed: boolean;
}

const tags = /\s*\[(A[23]? [^\]]+)\]/g;

/** @returns by tag, every test that carries it, in the order of the report sorted by file. */
export function proofsOf(report: NamedReport, checkout: string): ReadonlyMap<string, readonly Proof[]> {
  const found = new Map<string, Proof[]>();
  for (const { name, assertionResults } of [...report.testResults].sort((a, b) => a.name.localeCompare(b.name)))
    for (const { ancestorTitles, title, status } of assertionResults) {
      const file = name.startsWith(checkout) ? name.slice(checkout.length + 1) : name;
      const proof = {
        file,
        group: ancestorTitles.join(' › '),
        title: title.replaceAll(tags, ''),
        passed: status === 'passed',
      };
      for (const [, tag = ''] of title.matchAll(tags)) found.set(tag, [...(found.get(tag) ?? []), proof]);
    }
  return found;
}
