import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../spec/world.js';
import { AuditRepository } from '../index.js';

describe('the addresses from which a person has signed in', () => {
  let world: World;
  let audit: AuditRepository;
  beforeAll(async () => {
    world = await World.open();
    audit = new AuditRepository(world.db);
  });
  afterAll(() => world.close());

  async function person(signedInFrom: readonly string[], action = 'session.start'): Promise<string> {
    const id = randomUUID();
    const email = `${id}@acme.example`;
    await world.db.prisma.user.create({ data: { id, email, name: 'Ada' } });
    for (const ip of signedInFrom) {
      const actor = { kind: 'person', id, name: 'Ada', ip } as const;
      await audit.write(actor, { organizationId: null, action, subjectKind: 'user', subjectId: id, after: {} });
    }
    return email;
  }

  it('R-Low-10 are those of their sign-ins, for IPv6 with the network', async () => {
    const email = await person(['192.0.2.1', '2001:db8:1:2::7']);
    const has = (address: string, who = email) => audit.hasSignedInFrom(who, address, 90);
    expect(await has('192.0.2.1')).toBe(true);
    expect(await has('192.0.2.1', email.toUpperCase())).toBe(true);
    expect(await has('2001:db8:1:2:ffff::1')).toBe(true);
    expect(await has('192.0.2.2')).toBe(false);
    expect(await has('2001:db8:1:3::7')).toBe(false);
    expect(await has('192.0.2.1', await person([]))).toBe(false);
    for (const odd of ['', 'x', "' OR true --"]) expect(await has(odd)).toBe(false);
  });

  it('R-Low-10 are not those of other actions, nor of long ago', async () => {
    const email = await person(['192.0.2.1'], 'session.end');
    expect(await audit.hasSignedInFrom(email, '192.0.2.1', 90)).toBe(false);
    expect(await audit.hasSignedInFrom(await person(['192.0.2.1']), '192.0.2.1', 0)).toBe(false);
  });
});
