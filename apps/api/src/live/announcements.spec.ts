import { randomUUID } from 'node:crypto';
import type { Logger } from '@cooperage/telemetry';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Announcements } from './announcements.js';
import { BuildAnnouncer } from './build-announcer.js';
import { DeliveryAnnouncer } from './delivery-announcer.js';
import type { LiveNamespace } from './viewer.js';

interface Sent {
  readonly rooms: readonly string[];
  readonly event: string;
  readonly payload?: unknown;
}

let sent: Sent[];
let deliveries: DeliveryAnnouncer;
let builds: BuildAnnouncer;
let looks: number;
let lines: string[];

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  const emitTo = (rooms: readonly string[]) => (event: string, payload?: unknown) => {
    sent.push({ rooms, event, payload });
  };
  const namespace = { emit: emitTo(['all']), to: (rooms: string[]) => ({ emit: emitTo(rooms) }) };
  const announcements = new Announcements(namespace as unknown as LiveNamespace);
  [looks, lines] = [0, []];
  const logger = { error: (_: object, text: string) => void lines.push(text) } as unknown as Logger;
  const recentlyChanged = async () => {
    looks++;
    return [];
  };
  deliveries = new DeliveryAnnouncer(namespace as unknown as LiveNamespace, announcements, logger);
  builds = new BuildAnnouncer(announcements, { recentlyChanged }, logger);
});
afterEach(() => vi.useRealTimers());
/** What belongs to everybody, and not to one announcement. */
const toAll = () => sent.filter(({ rooms }) => rooms[0] === 'all');

const [acme, rival] = ['acme', 'rival'];
const deliveryOf = (projectId: string, organizationId = acme) =>
  deliveries.onNotification(JSON.stringify({ projectId, organizationId }));
const change = (buildId: string, projectId: string, version: number) => ({
  ...{ buildId, projectId, organizationId: acme, version },
  ...{ number: 1, status: 'running', phase: null, attempt: 1 },
});
const named = (event: string) => sent.filter((each) => each.event === event);

it('R12B-2 announces a thousand deliveries of one project once, and those of another within 200 ms', () => {
  const [busy, other] = [randomUUID(), randomUUID()];
  for (let at = 0; at < 1_000; at++) deliveryOf(busy);
  deliveryOf(other, rival);
  vi.advanceTimersByTime(200);
  expect(sent).toEqual([
    {
      rooms: [`project:${busy}`, `organization:${acme}`],
      event: 'delivery:changed',
      payload: { projectId: busy, organizationId: acme },
    },
    {
      rooms: [`project:${other}`, `organization:${rival}`],
      event: 'delivery:changed',
      payload: { projectId: other, organizationId: rival },
    },
  ]);
  deliveryOf(busy);
  vi.advanceTimersByTime(200);
  expect(sent).toHaveLength(3);
});

it('R12B-2 announces the newest change of each build, and every attempt whose steps moved', () => {
  const [one, other, project] = [randomUUID(), randomUUID(), randomUUID()];
  const notify = (buildId: string, version: number) =>
    builds.onNotification(JSON.stringify(change(buildId, project, version)));
  notify(one, 2);
  notify(other, 1);
  notify(one, 3);
  notify(one, 1);
  for (const attempt of [1, 1, 2]) builds.onSteps(JSON.stringify({ buildId: one, projectId: project, attempt }));
  vi.advanceTimersByTime(200);
  expect(named('build:changed').map(({ payload }) => payload)).toEqual([
    change(one, project, 3),
    change(other, project, 1),
  ]);
  expect(named('steps:changed').map(({ rooms, payload }) => [rooms, payload])).toEqual(
    [1, 2].map((attempt) => [[`project:${project}`], { buildId: one, projectId: project, attempt }]),
  );
});

it('R12B-2 announces that everything changed where an organization has more changes than are named, to its pages alone', () => {
  const projects = Array.from({ length: 30 }, () => randomUUID());
  const quiet = randomUUID();
  for (const projectId of projects) deliveryOf(projectId);
  deliveryOf(quiet, rival);
  vi.advanceTimersByTime(200);
  expect(named('everything:changed').map(({ rooms }) => rooms.toSorted())).toEqual([
    [...projects.map((projectId) => `project:${projectId}`), `organization:${acme}`].toSorted(),
  ]);
  expect(named('delivery:changed').map(({ payload }) => payload)).toEqual([
    { projectId: quiet, organizationId: rival },
  ]);
});

it('R17A-2 tells all pages of lost notifications at most twice in a second, and always of the last', async () => {
  deliveries.onReconnect();
  builds.onReconnect();
  expect([toAll().length, looks]).toEqual([1, 1]);
  for (let at = 0; at < 1_000; at++) for (const announcer of [deliveries, builds]) announcer.onReconnect();
  await vi.advanceTimersByTimeAsync(499);
  expect([toAll().length, looks]).toEqual([1, 1]);
  await vi.advanceTimersByTimeAsync(1);
  expect([toAll().length, looks]).toEqual([2, 2]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([toAll().length, looks]).toEqual([2, 2]);
});

it('R17A-2 takes no notification for lost ones, and writes few lines of those that it does not know', async () => {
  for (let at = 0; at < 1_000; at++)
    for (const take of [deliveries.onNotification, builds.onNotification, builds.onSteps]) take('');
  await vi.advanceTimersByTimeAsync(9_999);
  expect([sent, looks, lines.length]).toEqual([[], 0, 2]);
});
