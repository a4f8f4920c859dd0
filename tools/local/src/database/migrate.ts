import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deploy } from './deploy.ts';
import { compareFiles, drift, markRolledBack, newMigration, status } from './migrations.ts';
import { applyRoles, databaseRoles } from './roles.ts';
import { schemaFolders } from './schema-files.ts';

const checkout = path.resolve(import.meta.dirname, '../../../..');
const folders = schemaFolders(checkout);
const USAGE = `usage: npm run db -- COMMAND
  new NAME          write the migration that takes prisma/migrations to prisma/schema
  files             do the migration files make the schema? (exit code 2: no)
  deploy            apply what DATABASE_URL lacks
  install           deploy, then roles: what stands before a new version starts
  status            what DATABASE_URL lacks, has failed, or has that is not here (exit code 2: not in order)
  drift             does DATABASE_URL match the schema? (exit code 2: no)
  rolled-back NAME  let deploy try a failed migration again
  roles             apply prisma/roles.sql, and set the passwords that BUILDER_, BUILDER_UNTRUSTED_, API_ and
                    CONTROL_DB_PASSWORD give`;

type Command = (name: string) => Promise<number>;

/** Each returns the exit code. */
const commands: Readonly<Record<string, Command>> = {
  async new(name) {
    const folder = await newMigration(serverUrl(), folders, name);
    return print(folder === undefined ? 'nothing changed' : `wrote ${path.relative(checkout, folder)}`);
  },
  async files() {
    const { sql } = await compareFiles(serverUrl(), folders);
    return sql === undefined
      ? print('the migration files match the schema')
      : print(`the migration files lack:\n${sql}`, 2);
  },
  async deploy() {
    const names = await deploy(databaseUrl(), folders);
    return print(names.length === 0 ? 'nothing to apply' : `applied ${names.join(', ')}`);
  },
  async status() {
    const found = await status(databaseUrl(), folders);
    return print(JSON.stringify(found, null, 2), Object.values(found).every((names) => names.length === 0) ? 0 : 2);
  },
  async drift() {
    const { sql } = await drift(databaseUrl(), folders);
    return sql === undefined ? print('the database matches the schema') : print(`the database lacks:\n${sql}`, 2);
  },
  async install() {
    return (await commands.deploy!('')) || (await commands.roles!(''));
  },
  async 'rolled-back'(name) {
    await markRolledBack(databaseUrl(), folders, name);
    return print(`marked ${name} as rolled back`);
  },
  async roles() {
    const given = databaseRoles.flatMap((role) => {
      const password = process.env[`${role.toUpperCase()}_DB_PASSWORD`];
      return password ? [[role, password] as const] : [];
    });
    const urls = await applyRoles(databaseUrl(), Object.fromEntries(given));
    return print(`the roles are as prisma/roles.sql says; passwords set: ${Object.keys(urls).join(', ') || 'none'}`);
  },
};

function databaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (!url) throw new Error('DATABASE_URL is not set');
  return url;
}

/** `new` and `files` use only a throw-away database, so the test services' server will do. */
function serverUrl(): string {
  const file = process.env.COOPERAGE_TEST_SERVICES ?? path.join(checkout, '.cooperage/test/services.json');
  if (process.env.DATABASE_URL || !existsSync(file)) return databaseUrl();
  return (JSON.parse(readFileSync(file, 'utf8')) as { databaseUrl: string }).databaseUrl;
}

function print(text: string, exitCode = 0): number {
  process.stdout.write(`${text}\n`);
  return exitCode;
}

const [name = '', argument = ''] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
try {
  process.exitCode = command ? await command(argument) : print(USAGE, name === '' || name === 'help' ? 0 : 2);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// The engine leaves its ten-second lock timer behind, which would keep a finished process waiting.
process.exit();
