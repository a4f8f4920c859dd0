import { randomUUID } from 'node:crypto';
import type { Accepted, Page } from '@cooperage/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiWorld, organizationOf, type TestProject } from '../../spec/api-world.js';
import { Relay } from '../../spec/relay.js';
import { expectOk, problemOf, type Visitor } from '../../spec/visitor.js';
import { waitFor } from '../../spec/wait-for.js';

let world: ApiWorld;
let owner: Visitor;
let relay: Relay;
let target: TestProject;

beforeAll(async () => {
  world = await ApiWorld.open({}, async (databaseUrl) => {
    const url = new URL(databaseUrl);
    relay = await Relay.to(url.hostname, Number(url.port));
    url.port = String(relay.localPort);
    return url.href;
  });
  owner = await world.owner();
  target = await world.project(owner, await organizationOf(owner));
});
afterAll(async () => {
  relay.mend();
  await world.close();
  relay.close();
});

const deliveryIds = async () =>
  expectOk(
    await owner.get<Page<{ deliveryId: string }>>(`/api/v1/projects/${target.project.id}/deliveries?limit=100`),
  ).items.map(({ deliveryId }) => deliveryId);

describe('while the database is away', () => {
  it('webhooks and people are told to come back, nothing is half written, and afterwards all goes on', async () => {
    expect((await world.push(target)).status).toBe(202);
    relay.cut();
    const deliveryId = randomUUID();
    const refused = await world.push(target, { deliveryId });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(((await refused.json()) as { code: string }).code).toBe('unavailable');
    const page = await owner.get('/api/v1/projects');
    expect([page.status, problemOf(page).code]).toEqual([503, 'unavailable']);
    expect(page.text).not.toMatch(/ECONN|postgres|127\.0\.0\.1/i);
    expect((await owner.get('/healthz')).status).toBe(200);
    expect((await owner.get('/readyz')).status).toBe(503);
    const signIn = await world
      .anonymous()
      .post('/api/auth/sign-in/email', { email: 'owner@acme.example', password: 'x' });
    expect(signIn.status).toBe(503);
    relay.mend();
    await waitFor(async () => expect((await owner.get('/readyz')).status).toBe(200));
    expect(await deliveryIds()).not.toContain(deliveryId);
    expect((await world.push(target, { deliveryId })).status).toBe(202);
    expect(await deliveryIds()).toContain(deliveryId);
  });

  it('a delivery whose answer was lost is known when it comes again', async () => {
    const [deliveryId, payload] = [
      randomUUID(),
      JSON.stringify({ ref: 'refs/heads/x', after: 'a'.repeat(40), before: 'b'.repeat(40) }),
    ];
    const underWay = world.push(target, { deliveryId, payload });
    setTimeout(() => relay.cut(), 2);
    const first = await underWay;
    relay.mend();
    await waitFor(async () => {
      const again = await world.push(target, { deliveryId, payload });
      expect(again.status).toBe(202);
      const body = (await again.json()) as Accepted;
      if (first.status === 202) expect(body.duplicate).toBe(true);
    });
    expect((await deliveryIds()).filter((id) => id === deliveryId)).toHaveLength(1);
  });

  it('silent, calls still end within seconds', async () => {
    relay.hold();
    const started = Date.now();
    const answers = await Promise.all([world.push(target), owner.get('/api/v1/projects')]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(Date.now() - started).toBeLessThan(12_000);
    relay.mend();
    await waitFor(async () => expect((await owner.get('/readyz')).status).toBe(200));
  });
});
