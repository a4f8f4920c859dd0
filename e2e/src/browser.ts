import { services } from '@cooperage/testing';
import { type Browser as Chromium, chromium } from 'playwright-core';
import { Visitor, type VisitorOptions } from './browser-visitor.js';
import type { Installation } from './installation.js';

/** A sandbox of its own is not to be had for root; nothing but our own pages is opened. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One real browser for a test file. Each visitor is a person with cookies of their own. */
export class Browser {
  private readonly visitors = new Set<Visitor>();

  private constructor(private readonly chromium: Chromium) {}

  /** @throws {Error} when the services name no browser: a scenario never skips */
  static async start(): Promise<Browser> {
    const executablePath = services().tools.chromium;
    if (!executablePath) throw new Error('the services name no browser: ./cooperage doctor says how to get one');
    return new Browser(await chromium.launch({ executablePath, args: flags }));
  }

  async visitor(product: Installation, options: VisitorOptions = {}): Promise<Visitor> {
    const visitor = await Visitor.enter(this.chromium, product, options);
    this.visitors.add(visitor);
    return visitor;
  }

  /** What all open pages show, for whoever has to find out why a scenario failed. */
  async describe(): Promise<string> {
    const parts = await Promise.all([...this.visitors].map((visitor) => visitor.describe()));
    return parts.join('\n');
  }

  /** Closes all pages. @returns what they complained of and no scenario had provoked. */
  async endVisits(): Promise<string[]> {
    const complaints = await Promise.all([...this.visitors].map((visitor) => visitor.leave()));
    this.visitors.clear();
    return complaints.flat();
  }

  close(): Promise<void> {
    return this.chromium.close();
  }
}
