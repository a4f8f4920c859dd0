import { type ClientMessage, type ClientPayload, clientMessages, type SubscribeAnswer } from '@cooperage/contracts';
import { BuildDetails } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { Inject } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from '@nestjs/websockets';
import { LOGGER } from '../app/logger.js';
import { AccessService } from '../auth/access.service.js';
import type { Person } from '../auth/principal.js';
import { PrincipalsService } from '../auth/principals.service.js';
import { inShareOf } from '../http/caller.js';
import { ApiProblem, found } from '../http/problem.js';
import { organizationRoom, projectRoom } from './build-announcer.js';
import { ConnectionBuffer } from './connection-buffer.js';
import { ConnectionsByPerson } from './connections-by-person.js';
import { LogFollowers } from './log-followers.js';
import { hasRoom, logPrefix, maxConnectionsOfPerson } from './subscription-room.js';
import { SubscriptionShares } from './subscription-shares.js';
import { endAll, type LiveNamespace, type Subscription, type Viewer, type ViewerData } from './viewer.js';

/** The live half of the API: pages say what they follow, every message is answered, nothing is ever pushed unasked. */
@WebSocketGateway({ namespace: '/live' })
export class LiveGateway implements OnGatewayInit, OnGatewayConnection, OnGatewayDisconnect {
  @WebSocketServer() readonly namespace!: LiveNamespace;
  private readonly connections = new ConnectionsByPerson(maxConnectionsOfPerson);
  private readonly shares = new SubscriptionShares();

  constructor(
    private readonly principals: PrincipalsService,
    private readonly access: AccessService,
    private readonly builds: BuildDetails,
    private readonly followers: LogFollowers,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** No connection without a session that is valid now. */
  afterInit(namespace: LiveNamespace): void {
    namespace.use((viewer, next) => {
      const { cookie } = viewer.handshake.headers;
      // The person is not known yet, and the address may be that of a proxy.
      inShareOf(this.principals.sessionToken(cookie) ?? '', () => this.principals.byCookie(cookie))
        .then((person) => {
          if (person === null) return next(new Error('unauthenticated'));
          if (!this.connections.enter(person.userId, viewer.conn)) return next(new Error('too_many'));
          const buffer = ConnectionBuffer.of(viewer.conn);
          buffer.belongTo(person.userId);
          const data: ViewerData = { person, subscriptions: new Map(), opening: [], buffer };
          Object.assign(viewer.data, data);
          next();
        })
        .catch(() => next(new Error('unavailable')));
    });
  }

  handleConnection(viewer: Viewer): void {
    viewer.on('error', (error: Error) => this.logger.debug({ err: error }, 'a live connection failed'));
  }

  handleDisconnect(viewer: Viewer): void {
    endAll(viewer);
    // Socket.IO keeps a connection that left the namespace, with all that waits for it. No end of a session reaches it.
    viewer.data.buffer.end();
  }

  @SubscribeMessage('log:subscribe')
  followLog(@ConnectedSocket() viewer: Viewer, @MessageBody() message: unknown): Promise<SubscribeAnswer> {
    return this.answer('log:subscribe', message, (payload) =>
      this.open(viewer, logName(payload), () => this.startLog(viewer, payload)),
    );
  }

  @SubscribeMessage('log:unsubscribe')
  leaveLog(@ConnectedSocket() viewer: Viewer, @MessageBody() message: unknown): Promise<SubscribeAnswer> {
    return this.answer('log:unsubscribe', message, async (payload) => this.end(viewer, logName(payload)));
  }

  @SubscribeMessage('builds:subscribe')
  followBuilds(@ConnectedSocket() viewer: Viewer, @MessageBody() message: unknown): Promise<SubscribeAnswer> {
    return this.answer('builds:subscribe', message, (payload) =>
      this.open(viewer, roomOf(payload), () => this.startBuilds(viewer, payload)),
    );
  }

  @SubscribeMessage('builds:unsubscribe')
  leaveBuilds(@ConnectedSocket() viewer: Viewer, @MessageBody() message: unknown): Promise<SubscribeAnswer> {
    return this.answer('builds:unsubscribe', message, async (payload) => this.end(viewer, roomOf(payload)));
  }

  private async startLog(viewer: Viewer, payload: ClientPayload<'log:subscribe'>): Promise<void> {
    const { buildId, attempt, from, packed } = payload;
    const name = logName(payload);
    const person = await this.person(viewer);
    const { organizationId } = await this.access.build(person, buildId);
    const { id: attemptId } = found(await this.builds.findAttempt(buildId, attempt));
    if (!(await this.followers.canFollow(attemptId, from))) throw new ApiProblem('bad_request');
    // A second subscription to the same log begins anew, at the place that it names.
    this.end(viewer, name);
    const stop = new AbortController();
    const subscription = { organizationId, end: () => stop.abort() };
    this.begin(viewer, name, subscription);
    const log = { buildId, attempt, attemptId, from, isPacked: packed !== undefined };
    this.followers.start(viewer, log, stop.signal, () => {
      if (viewer.data.subscriptions.get(name) === subscription) viewer.data.subscriptions.delete(name);
    });
  }

  private async startBuilds(viewer: Viewer, payload: ClientPayload<'builds:subscribe'>): Promise<void> {
    const room = roomOf(payload);
    const person = await this.person(viewer);
    const organizationId =
      'projectId' in payload
        ? (await this.access.project(person, payload.projectId)).organizationId
        : this.access.organization(person, payload.organizationId).organizationId;
    if (!viewer.connected) return;
    await viewer.join(room);
    this.begin(viewer, room, { organizationId, end: () => void viewer.leave(room) });
  }

  /** Anew for every subscription: a session may have ended, and a role changed. @throws {ApiProblem} `unauthenticated`. */
  private async person(viewer: Viewer): Promise<Person> {
    const person = await this.principals.byCookie(viewer.handshake.headers.cookie);
    if (person === null) throw new ApiProblem('unauthenticated');
    return person;
  }

  /** A page that has gone meanwhile follows nothing. */
  private begin(viewer: Viewer, name: string, subscription: Subscription): void {
    viewer.data.subscriptions.set(name, subscription);
    if (!viewer.connected) endAll(viewer);
  }

  private end(viewer: Viewer, name: string): void {
    viewer.data.subscriptions.get(name)?.end();
    viewer.data.subscriptions.delete(name);
  }

  /** Counts a subscription from the moment on at which it is asked for, so that many at once are not more than allowed. */
  private async open(viewer: Viewer, name: string, start: () => Promise<void>): Promise<void> {
    const { person, subscriptions, opening } = viewer.data;
    if (!hasRoom(name, subscriptions.keys(), opening)) throw new ApiProblem('rate_limited');
    opening.push(name);
    try {
      await this.shares.run(person.userId, start);
    } finally {
      opening.splice(opening.indexOf(name), 1);
    }
  }

  /** Whatever a page sends, it gets an answer and never an exception. */
  private async answer<M extends ClientMessage>(
    name: M,
    message: unknown,
    handle: (payload: ClientPayload<M>) => Promise<void>,
  ): Promise<SubscribeAnswer> {
    const parsed = clientMessages[name].safeParse(message);
    if (!parsed.success) return { ok: false, code: 'bad_request' };
    try {
      await handle(parsed.data as ClientPayload<M>);
      return { ok: true };
    } catch (error) {
      return { ok: false, code: this.codeOf(error) };
    }
  }

  private codeOf(error: unknown): 'not_found' | 'unauthenticated' | 'bad_request' | 'too_many' {
    if (error instanceof ApiProblem && error.code === 'unauthenticated') return 'unauthenticated';
    if (error instanceof ApiProblem && error.code === 'rate_limited') return 'too_many';
    if (error instanceof ApiProblem && error.code === 'bad_request') return 'bad_request';
    if (!(error instanceof ApiProblem)) this.logger.warn({ err: error }, 'a subscription failed');
    return 'not_found';
  }
}

function logName({ buildId, attempt }: { buildId: string; attempt: number }): string {
  return `${logPrefix}${buildId}:${attempt}`;
}

function roomOf(payload: ClientPayload<'builds:subscribe'>): string {
  return 'projectId' in payload ? projectRoom(payload.projectId) : organizationRoom(payload.organizationId);
}
