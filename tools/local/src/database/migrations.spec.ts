import { describe, expect, it } from 'vitest';
import { migrationFolderName } from './migrations.ts';
import { isStale, shadowName, withDatabase } from './shadow-database.ts';

describe('migration folders', () => {
  it('carry the time and a plain name', () => {
    expect(migrationFolderName('Add leases!', new Date('2026-11-24T12:00:01Z'))).toBe('20261124120001_add_leases');
  });

  it('refuse a name without letters', () => {
    expect(() => migrationFolderName('../', new Date(0))).toThrow('needs a name');
  });
});

describe('throw-away databases', () => {
  it('are stale after ten minutes', () => {
    expect(isStale(shadowName(1000), 1600)).toBe(false);
    expect(isStale(shadowName(1000), 1601)).toBe(true);
  });

  it('are never another database', () => {
    for (const name of [
      'postgres',
      'cooperage_shadow_',
      'cooperage_shadow_1_x; drop',
      'my_cooperage_shadow_1_00000000',
    ])
      expect(isStale(name, 9e9)).toBe(false);
  });

  it('keep the rest of the address', () => {
    expect(withDatabase('postgresql://a:b@127.0.0.1:1/x?sslmode=disable', 'y')).toBe(
      'postgresql://a:b@127.0.0.1:1/y?sslmode=disable',
    );
  });
});
