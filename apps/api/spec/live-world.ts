import type { LiveLimits } from '../src/live/live-adapter.js';
import { ApiWorld, organizationOf, type TestProject } from './api-world.js';
import { freePort } from './free-port.js';
import { LivePage, type PageOptions } from './live-page.js';
import type { Visitor } from './visitor.js';
import { TestWorker } from './worker.js';

/** An API with a live process behind it, people of two organizations, and the pages that they have open. */
export class LiveWorld {
  private readonly pages: LivePage[] = [];

  private constructor(
    readonly world: ApiWorld,
    readonly owner: Visitor,
    readonly rival: Visitor,
    readonly acme: string,
    readonly target: TestProject,
    readonly worker: TestWorker,
  ) {}

  static async open(limits: LiveLimits = { maxConnections: 60 }): Promise<LiveWorld> {
    const livePort = await freePort();
    const world = await ApiWorld.open({ liveUrl: `http://127.0.0.1:${livePort}` });
    await world.startLive(livePort, limits);
    const owner = await world.owner();
    const acme = await organizationOf(owner);
    const { visitor: rival } = await world.stranger(owner);
    const target = await world.project(owner, acme);
    return new LiveWorld(world, owner, rival, acme, target, await TestWorker.start(world));
  }

  async page(visitor: Visitor = this.owner, options: PageOptions = {}): Promise<LivePage> {
    const page = await LivePage.open(this.world.origin, { cookie: visitor.cookie, ...options });
    this.pages.push(page);
    return page;
  }

  closePages(): void {
    for (const page of this.pages.splice(0)) page.close();
  }

  close(): Promise<void> {
    return this.world.close();
  }
}
