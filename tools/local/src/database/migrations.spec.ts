import { describe, expect, it } from 'vitest';
import { migrationFolderName } from './migrations.ts';
import { statementsOf } from './script-statements.ts';
import { isStale, shadowName, withDatabase } from './shadow-database.ts';

describe('migration folders', () => {
  it('carry the time and a plain name', () => {
    expect(migrationFolderName('Add leases!', new Date('2026-11-24T12:00:01Z'))).toBe('20261124120001_add_leases');
  });

  it('refuse a name without letters', () => {
    expect(() => migrationFolderName('../', new Date(0))).toThrow('needs a name');
  });
});

describe('the script of a migration', () => {
  it('is sent as a whole, with the semicolons of its functions', () => {
    const script = 'CREATE TABLE a ();\nCREATE TABLE b ();\n';
    expect(statementsOf(script)).toEqual([script]);
  });

  it('R12B-4 is sent statement by statement where it says that it stands outside of a transaction', () => {
    const comment = '-- Outside of a transaction: it takes long.\n';
    const script = `${comment}DROP INDEX a;\nCREATE INDEX a ON b (c)\n  WHERE d <> ';';\nDROP INDEX e; \n\n`;
    expect(statementsOf(script)).toEqual([
      `${comment}DROP INDEX a;`,
      "CREATE INDEX a ON b (c)\n  WHERE d <> ';';",
      'DROP INDEX e;',
    ]);
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
