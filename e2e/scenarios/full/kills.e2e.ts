import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateProject, Me, Project } from '@cooperage/contracts';
import { ApiClient, type Hooked, Launcher, until, webhookRequest } from '@cooperage/e2e';
import { Dice, isSoaking, seeds, TestGitRepository } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rows } from '../load/installation.js';
import { RandomKills } from '../load/random-kills.js';

/** An excerpt in every long run; the whole takes about an hour. */
const size = isSoaking ? { deliveries: 10_000, kills: 100, projects: 20 } : { deliveries: 300, kills: 8, projects: 6 };
/** One delivery in so many is for a new commit; the others say again what is known, as git hosts do after an outage. */
const newHeadEvery = 15;
const senders = 4;
const minute = 60_000;

interface Target extends Hooked {
  readonly git: TestGitRepository;
  head: string;
  commits: number;
  /** Commits follow each other: of two at the same moment one would not be on the branch. */
  committed: Promise<void>;
}

describe('deliveries while processes are killed', () => {
  const [seed = 1] = seeds(1, 1);
  let launcher: Launcher;
  let api: ApiClient;
  const targets: Target[] = [];
  beforeAll(async () => {
    launcher = new Launcher();
    const { code, said } = await launcher.run('up', '--detach');
    expect(code, said).toBe(0);
    const { web: origin } = await launcher.status();
    const [, email = '', password = ''] = /sign-in {4}(\S+) {2}(\S+)/.exec(said) ?? [];
    api = new ApiClient(origin);
    await api.signIn(email, password);
    for (let number = 0; number < size.projects; number++) targets.push(await target(`killed-${number}`));
  }, 8 * minute);
  afterAll(async () => {
    await launcher.run('down');
    await rm(launcher.state, { recursive: true, force: true });
  });

  /** A project whose repository lies where the launcher's own git host has its repositories. */
  async function target(slug: string): Promise<Target> {
    const [organization] = (await api.json<Me>('GET', '/api/v1/me')).organizations;
    const git = await TestGitRepository.create(path.join(launcher.state, 'git', `${slug}.git`));
    const { git: host } = await launcher.status();
    const { organizationId } = organization!;
    const body: Partial<CreateProject> = { organizationId, slug, name: slug, remoteUrl: `${host}/${slug}.git` };
    const made = await api.json<{ project: Project; hookSecret: { secret: string } }>('POST', '/api/v1/projects', body);
    const created = {
      project: made.project,
      hookSecret: made.hookSecret.secret,
      git,
      head: '',
      commits: 0,
      committed: Promise.resolve(),
    };
    await commit(created);
    return created;
  }

  function commit(to: Target): Promise<void> {
    to.commits += 1;
    const files = { Dockerfile: 'FROM busybox:latest\nCOPY word /word\n', word: `${seed} ${to.commits}` };
    to.committed = to.committed.then(async () => {
      to.head = await to.git.commit(files);
    });
    return to.committed;
  }

  /** As a git host does it: the same message again, until there is a 2xx. */
  async function deliver(to: Target): Promise<string> {
    const id = randomUUID();
    for (;;) {
      const { path: address, init } = webhookRequest(to, { after: to.head }, id);
      const signal = AbortSignal.timeout(10_000);
      const answer = await fetch(api.origin + address, { ...init, signal }).catch(() => null);
      const text = await answer?.text().catch(() => '');
      if (answer?.ok) return id;
      if (answer && answer.status < 500 && answer.status !== 429) throw new Error(`${answer.status}: ${text}`);
      await sleep(250);
    }
  }

  it(
    `R-O1 whatever is killed, each accepted delivery is evaluated once, the newest heads are built, and nothing is left (seed ${seed}) [A3 kills]`,
    async () => {
      const kills = new RandomKills(launcher, new Dice(seed));
      const dice = new Dice(seed + 1);
      const accepted: string[] = [];
      let begun = 0;
      const send = async () => {
        for (let number = begun++; number < size.deliveries; number = begun++) {
          const to = dice.pick(targets);
          if (number % newHeadEvery === 0) await commit(to);
          accepted.push(await deliver(to));
        }
      };
      const sending = Promise.all(Array.from({ length: senders }, send));
      // Kills keep step with the deliveries, so that each falls into work.
      for (let kill = 1; kill <= size.kills; kill++) {
        const due = Math.floor((size.deliveries * kill) / (size.kills + 1));
        await Promise.race([sending, until(`delivery ${due}`, async () => accepted.length >= due, 10 * minute)]);
        await kills.one();
      }
      await sending;
      for (const to of targets) accepted.push(await deliver(to));
      process.stderr.write(`killed: ${JSON.stringify(kills.counts)}\n`);

      const rows = new Rows(launcher.databaseUrl());
      try {
        await rows.settled(5 * minute);
        expect(await rows.contradictions(accepted.length + (await rows.deliveriesOfOthers(accepted)))).toEqual([]);
        expect(await rows.heads()).toEqual(
          expect.arrayContaining(targets.map(({ project, head }) => ({ projectId: project.id, commit: head }))),
        );
      } finally {
        await rows.close();
      }
      const down = await launcher.run('down');
      expect(down.code, down.said).toBe(0);
      expect(await launcher.openPorts()).toEqual([]);
      expect(launcher.traces()).toEqual([]);
      expect(mountsUnder(launcher.state)).toEqual([]);
      expect(processesOf(launcher.state)).toEqual([]);
    },
    90 * minute,
  );
});

function mountsUnder(folder: string): string[] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.split(' ')[1]?.startsWith(folder));
}

/** Processes that were started with this folder in their words, or that stand in it. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return words.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) ? [`${pid} ${words}`] : [];
      } catch {
        return [];
      }
    });
}
