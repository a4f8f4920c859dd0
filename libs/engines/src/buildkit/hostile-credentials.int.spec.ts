import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import { EventRecord } from '../testing/event-record.js';
import { type GuardedRegistry, startGuardedRegistry } from '../testing/guarded-registry.js';
import { failureOf, outputOf, strangersRequest } from '../testing/strangers-trial.js';
import { endTrial, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { contextFile, unique } from '../testing/trial-request.js';
import type { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;

describe('a hostile step', () => {
  let engine: BuildkitEngine;
  let registry: GuardedRegistry;
  const cgroupParent = trialCgroupParent();

  beforeAll(async () => {
    engine = trialEngine({ cgroupParent });
    registry = await startGuardedRegistry('robot', `canary-${unique()}`);
  });
  afterAll(async () => {
    await registry.close();
    await endTrial(cgroupParent, engine);
  });

  it('S-042 finds no credential in what it can see of its surroundings', async () => {
    const secret = `canary-${unique()}`;
    const look =
      'cat /proc/*/environ /proc/*/cmdline /proc/mounts /proc/keys /run/secrets/* 2>/dev/null | tr "\\\\0" "\\\\n"; ' +
      'ls -a / /root /run /var/run /dev; find / -path /proc -prune -o -path /sys -prune -o \\( -name "*.sock" -o -name "conf*.json" \\) -print 2>/dev/null; echo looked';
    const request = strangersRequest(`FROM busybox\nRUN ${look} # ${unique()}\n`, {
      secrets: new Map([['token', Buffer.from(secret)]]),
    });
    const said = await outputOf(engine, request);
    expect(said).toContain('looked');
    expect(said).not.toContain(secret);
    expect(said).not.toMatch(/docker\.sock|engine\.sock|buildkitd|config\.json|COOPERAGE|DATABASE_URL/);
  });

  /** A build that is given the password of a registry and needs it, and its own token for the push. */
  const withPassword = (steps: string, tokens: string[] = []): BuildRequest => {
    const own = strangersRequest('');
    const { username, password } = registry;
    return {
      ...own,
      dockerfile: {
        path: 'Dockerfile',
        content: Buffer.from(`FROM ${registry.host}/library/busybox:latest\n${steps}`),
      },
      context: { files: [contextFile('own.txt', 'own')], sharedKey: unique() },
      registryAuth: {
        token: async (host, scopes) => {
          const found = await own.registryAuth.token(host, scopes);
          if (found) tokens.push(found.token);
          return found;
        },
        credentials: (host) => (host === registry.host ? { username, password } : null),
      },
    };
  };

  it('S-061 sees the password of a registry nowhere: no configuration, environment, file, context or argument', async () => {
    const tokens: string[] = [];
    const password = registry.password;
    // In two parts, so that the step's own command line is no hit.
    const word = `"${password.slice(0, 9)}""${password.slice(9)}"`;
    const look = [
      'cat /root/.docker/config.json /.docker/config.json "$HOME/.docker/config.json" "$DOCKER_CONFIG/config.json" /kaniko/.docker/config.json 2>/dev/null',
      'env; cat /proc/*/environ /proc/*/cmdline /proc/*/maps 2>/dev/null | tr "\\\\0" "\\\\n"',
      `find / /run /tmp /dev/shm -xdev -type f -exec grep -lF ${word} {} + 2>/dev/null | sed "s/^/hit: /"`,
      'cat /context/*; ls -a /context; echo looked',
    ].join('; ');
    const answeredBefore = registry.answered();
    const request = withPassword(`COPY . /context/\nRUN ${look} # ${unique()}\nLABEL trial=${unique()}\n`, tokens);
    const record = new EventRecord();
    await engine.build(request, record.emit, never);
    // It was asked for on the way, or the test would see nothing of what it looks for.
    expect(registry.answered()).toBeGreaterThan(answeredBefore);
    expect(tokens.length).toBeGreaterThan(0);
    const said = record.output();
    expect(said).toContain('looked');
    expect(said).not.toMatch(/^hit: \//m);
    const encoded = Buffer.from(`${registry.username}:${password}`).toString('base64');
    for (const value of [password, encoded, ...tokens])
      expect(said.replaceAll(word, '').includes(value), value.slice(0, 12)).toBe(false);
    expect(JSON.stringify(record.events.filter(({ type }) => type !== 'log'))).not.toContain(password);
  });

  it('S-061 gets it from the session by no name of a secret, nor by an agent', async () => {
    const { host } = registry;
    const names = ['docker-config', 'config.json', '.dockerconfigjson', 'registry', 'REGISTRY_PASSWORD', host];
    for (const name of names) {
      const step = `RUN --mount=type=secret,id=${name},required=true,target=/s cat /s # ${unique()}\n`;
      expect([name, (await failureOf(engine, withPassword(step))).code]).toEqual([name, 'StepFailed']);
    }
    const agent = `RUN --mount=type=ssh,required=true ssh-add -l; echo "$SSH_AUTH_SOCK" # ${unique()}\n`;
    expect((await failureOf(engine, withPassword(agent))).code).toBe('StepFailed');
    const look = `RUN --mount=type=bind,from=scratch,target=/e ls -laR /e /run; echo looked # ${unique()}\n`;
    const said = await outputOf(engine, withPassword(look));
    expect(said).toContain('looked');
    expect(said).not.toMatch(/sock|session|config/);
  });
});
