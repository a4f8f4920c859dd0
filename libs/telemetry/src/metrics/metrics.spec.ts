import { describe, expect, it } from 'vitest';
import { BoundedLabels } from './bounded-labels.js';
import { createMetrics } from './metrics.js';

const exposed = async (metrics = createMetrics({ version: '1.2.3', commit: 'abc' })) => (await metrics.expose()).body;

describe('metrics', () => {
  it('are exposed with the product prefix, help, and base units', async () => {
    const metrics = createMetrics({ version: '1.2.3', commit: 'abc' });
    metrics.buildsTotal.add({ status: 'succeeded', trigger: 'push' });
    metrics.buildQueueSeconds.observe({}, 0.02);
    metrics.logLinesTotal.add({}, 12);
    metrics.logSubscribers.add({}, 2);
    metrics.logSubscribers.add({}, -1);
    const body = await exposed(metrics);
    expect(body).toContain('cooperage_builds_total{status="succeeded",trigger="push"} 1');
    expect(body).toContain('cooperage_build_queue_seconds_bucket{le="0.025"} 1');
    expect(body).toContain('cooperage_log_lines_total 12');
    expect(body).toContain('cooperage_log_subscribers 1');
    expect(body).toContain('cooperage_build_info{version="1.2.3",commit="abc"} 1');
    expect(body).toContain('process_cpu_seconds_total');
  });

  it('follow the naming of Prometheus', async () => {
    const own = (await exposed()).matchAll(/^# TYPE (cooperage_\S+) (\w+)$/gm);
    for (const [, name, type] of own) {
      expect(name).toMatch(/^[a-z_]+$/);
      expect(name!.endsWith('_total')).toBe(type === 'counter');
      if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes)$/);
    }
  });

  it('are refreshed before a scrape, and a failing refresh does not fail it', async () => {
    const metrics = createMetrics({ version: '1', commit: 'c' });
    metrics.beforeScrape(async () => metrics.queueDepth.set({ pool: 'default' }, 7));
    metrics.beforeScrape(() => {
      throw new Error('database is away');
    });
    expect(await exposed(metrics)).toContain('cooperage_queue_depth{pool="default"} 7');
  });

  it('can exist twice in one process', async () => {
    createMetrics({ version: '1', commit: 'c' }).logLinesTotal.add({});
    expect(await exposed()).not.toContain('cooperage_log_lines_total 1');
  });
});

describe('labels', () => {
  it('outside a closed list become "other"', () => {
    const labels = new BoundedLabels({ status: ['succeeded'] });
    const given = (status: string) => labels.bound({ status } as never);
    expect([given('succeeded'), given('refs/heads/x')]).toEqual([{ status: 'succeeded' }, { status: 'other' }]);
    expect(labels.bound({} as never)).toEqual({ status: 'other' });
  });

  it('of an open list stop at their number', () => {
    const labels = new BoundedLabels({ pool: { atMost: 2 } });
    const values = ['a', 'b', 'c', 'a', 'd'].map((pool) => labels.bound({ pool }).pool);
    expect(values).toEqual(['a', 'b', 'other', 'a', 'other']);
  });
});
