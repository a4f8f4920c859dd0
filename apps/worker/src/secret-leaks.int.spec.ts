import { randomBytes } from 'node:crypto';
import { query } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tagsIn } from '../spec/registry-content.js';
import { WorkerSystem } from '../spec/worker-system.js';

describe('S-054 a secret that is no mount', () => {
  const value = `canary-${randomBytes(8).toString('hex')}`;
  let system: WorkerSystem;
  beforeAll(async () => {
    system = await WorkerSystem.start();
  });
  afterAll(() => system.close());

  const pushed = async (files: Record<string, string>, change: Record<string, unknown> = {}) => {
    const project = await system.project(change);
    await system.secret(project, 'TOKEN', value);
    const build = await system.outcome(await system.push(project, await project.git.commit(files)));
    return { project, build };
  };
  /** Tables that hold the value, the settings of projects left out: somebody wrote it there. */
  const tablesWithIt = async (): Promise<string[]> => {
    const tables = [
      'attempt',
      'step',
      'build_event',
      'outbox',
      'log_chunk',
      'signature_artifact',
      'image',
      'cache_entry',
    ];
    const found: string[] = [];
    for (const table of tables) {
      const rows = await query(system.databaseUrl, `SELECT 1 FROM "${table}" t WHERE t::text LIKE $1 LIMIT 1`, [
        `%${value}%`,
      ]);
      if (rows.length > 0) found.push(table);
    }
    return found;
  };

  it('but a build argument is refused before anything runs or is signed', async () => {
    const Dockerfile = 'FROM busybox:latest\nARG NPM_TOKEN\nRUN echo "$NPM_TOKEN"\n';
    const { project, build } = await pushed({ Dockerfile }, { buildArgs: { NPM_TOKEN: value } });
    expect(build).toMatchObject({ status: 'failed', failure: { code: 'SecretLeak' }, digest: null, attemptNumber: 1 });
    expect(build.failure?.message).toContain('NPM_TOKEN');
    expect(build.failure?.message).not.toContain(value);
    expect(await system.db.prisma.step.count({ where: { attempt: { buildId: build.id } } })).toBe(0);
    expect(await system.db.prisma.signatureArtifact.count({ where: { projectId: project.id } })).toBe(0);
    expect(await tablesWithIt()).toEqual([]);
  });

  it('but an argument of a definition is refused, and what it stands for is not stored', async () => {
    const hcl = `target "app" {\n args = { A = "x-${value}" }\n labels = { w = "\${upper("word")}" }\n}\n`;
    const definition = { path: 'docker-bake.hcl', target: 'app' };
    const { build } = await pushed({ 'docker-bake.hcl': hcl, Dockerfile: 'FROM busybox:latest\n' }, { definition });
    expect(build).toMatchObject({ status: 'failed', failure: { code: 'SecretLeak' }, resolved: null });
    expect(await tablesWithIt()).toEqual([]);
  });

  it('but a line of ENV is refused, with its line, and the Dockerfile is not shown', async () => {
    const { build } = await pushed({ Dockerfile: `FROM busybox:latest\nENV TOKEN=${value}\nRUN true\n` });
    expect(build.failure).toMatchObject({ code: 'SecretLeak', place: { file: 'Dockerfile', line: 2 } });
    expect(await tablesWithIt()).toEqual([]);
  });

  it('but ENV by way of a step’s file and a build argument of another name is found in the image, which gets no tag', async () => {
    // Nothing of the inputs holds it: two halves that come together in the image alone.
    const [first, second] = [value.slice(0, 12), value.slice(12)];
    const Dockerfile = `FROM busybox:latest\nARG A=${first}\nARG B=${second}\nENV BOTH=\${A}\${B}\nRUN --network=none true\n`;
    const { project, build } = await pushed({ Dockerfile });
    expect(build).toMatchObject({ status: 'failed', failure: { code: 'SecretLeak' }, movesTags: true });
    expect(await tagsIn(project.repository)).toEqual([]);
    expect(await system.db.prisma.signatureArtifact.count({ where: { projectId: project.id } })).toBe(0);
  });

  it('is warned of where only its name says so, as ARG and as ENV', async () => {
    const Dockerfile = 'FROM busybox:latest\nARG NPM_TOKEN\nENV DB_PASSWORD=changeme\nRUN --network=none true\n';
    const { build } = await pushed({ Dockerfile });
    expect(build.status).toBe('succeeded');
    const loud = build.warnings.filter(({ rule }) => rule === 'SecretsUsedInArgOrEnv');
    expect(loud.map(({ line, file }) => [file, line])).toEqual([
      ['Dockerfile', 2],
      ['Dockerfile', 3],
    ]);
    expect(loud.map(({ message }) => message).join()).toMatch(/NPM_TOKEN[\s\S]*DB_PASSWORD/);
  });
});
