import type { BrowserContext, Browser as Chromium, Locator, Page } from 'playwright-core';
import type { ApiClient } from './api-client.js';
import { noteShifts } from './gallery/soundness.js';
import type { Installation } from './installation.js';
import { until } from './until.js';

export interface VisitorOptions {
  /** Comes with the administrator's session. True by default. */
  readonly signedIn?: boolean;
  /** Comes with this one's session instead. */
  readonly as?: ApiClient;
  readonly colorScheme?: 'light' | 'dark';
  /** In CSS pixels; 1280 by default. */
  readonly width?: number;
}

const contentPolicy = 'content policy';

/** Runs in the page: violations of the content policy become errors of the console, those that only report too. */
const tellViolations = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('${contentPolicy}: ' + event.effectiveDirective + ' ' + event.blockedURI));`;

/**
 * Runs in the page. React hydrates a page part by part, and a part listens to keys in a later task than the one in which
 * its controls come alive: an idle page has no such task left.
 */
const allAlive = `new Promise((answer) => requestIdleCallback(() => {
  const controls = [...document.querySelectorAll('#main, :is(button, input, select, textarea, a[href], [data-row])')];
  const alive = (each) => Object.keys(each).some((key) => key.startsWith('__react'));
  const isAlive = document.aliveAtMs !== undefined && controls.length > 0 && controls.every(alive);
  requestIdleCallback(() => answer(isAlive));
}))`;

/** Generous: a page that needs this long is broken, not slow. */
const patienceMs = 30_000;

/**
 * The browser drops whatever is under way when the machine gets or loses an address, and a step of a build that runs for more
 * than a second brings one along: that of its end of the wire to the engine's bridge. No page can do anything about that.
 */
const networkChanged = 'net::ERR_NETWORK_CHANGED';
const mostLoads = 5;

/** One person before one page, who notes everything that the browser complains of. */
export class Visitor {
  private complaints: string[] = [];
  private isCutOff = false;
  private readonly provoked: RegExp[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async enter(chromium: Chromium, product: Installation, options: VisitorOptions): Promise<Visitor> {
    const context = await chromium.newContext({
      baseURL: product.origin,
      colorScheme: options.colorScheme ?? 'light',
      viewport: { width: options.width ?? 1280, height: 860 },
    });
    context.setDefaultTimeout(patienceMs);
    if (options.signedIn ?? true) await context.addCookies(cookiesOf(options.as ?? product.api));
    await context.addInitScript({ content: tellViolations });
    await context.addInitScript({ content: noteShifts });
    const visitor = new Visitor(context, await context.newPage());
    visitor.listen();
    return visitor;
  }

  /** Opens a page and waits until its controls do something, those too that stream in after the frame of the page. */
  async open(path: string): Promise<void> {
    for (let loads = 1; ; loads++) {
      this.isCutOff = false;
      try {
        await this.page.goto(path);
        await this.controlsLive(() => {
          if (this.isCutOff) throw new Error(`a file of the page did not come: ${networkChanged}`);
        });
        return;
      } catch (error) {
        const isNetwork = this.isCutOff || String(error).includes(networkChanged);
        if (!isNetwork || loads === mostLoads) throw error;
      }
    }
  }

  /** Waits until the controls of the page that is shown do something. */
  alive(): Promise<void> {
    return this.controlsLive(() => {});
  }

  /** Clicks once the control does something itself: that earlier presses are kept is for the scenarios about them to show. */
  async press(control: Locator): Promise<void> {
    await this.whenAlive(control);
    await control.click();
  }

  /** How far the page reaches beyond its window to the right, in CSS pixels. */
  overflow(): Promise<number> {
    return this.page.locator(':root').evaluate((root) => root.scrollWidth - root.clientWidth);
  }

  /** What reaches beyond the screen, for whoever has to find it: each with how many pixels. */
  tooWide(): Promise<string[]> {
    return this.page
      .locator(':root')
      .evaluate((root) =>
        [...root.querySelectorAll('*')]
          .filter((each) => each.getBoundingClientRect().right > root.clientWidth + 1)
          .map((each) => `${each.tagName} .${each.getAttribute('class')} ${each.textContent?.slice(0, 40)}`),
      );
  }

  /** A complaint that the scenario itself provokes. Nothing excuses a violation of the content policy. */
  provokes(complaint: RegExp): void {
    this.provoked.push(complaint);
  }

  /** What the browser complained of since it was asked last, except for what `known` expects. */
  heard(known?: RegExp): string[] {
    const { complaints } = this;
    this.complaints = [];
    return complaints.filter((each) => isViolation(each) || !known?.test(each));
  }

  async describe(): Promise<string> {
    const texts = await this.page
      .locator('main')
      .allInnerTexts()
      .catch(() => ['no page']);
    return `--- ${this.page.url()}\n${texts.join('\n').slice(0, 4000)}`;
  }

  /** @returns what the browser complained of. */
  async leave(): Promise<string[]> {
    await this.context.close();
    return this.complaints.filter((each) => isViolation(each) || !this.provoked.some((known) => known.test(each)));
  }

  private listen(): void {
    const note = (complaint: string, page: Page | null = this.page): void => {
      if (complaint.includes(networkChanged)) {
        this.isCutOff = true;
        return;
      }
      this.complaints.push(`${new URL((page ?? this.page).url()).pathname}: ${complaint}`);
    };
    // Of the context, so that windows which a page opens count too.
    this.context.on('console', (message) => {
      if (message.type() === 'error') note(`${message.text()} ${message.location().url}`, message.page());
    });
    this.context.on('weberror', (error) => note(error.error().message, error.page()));
  }

  /** @param unless throws what there is no point in waiting on for */
  private async controlsLive(unless: () => void): Promise<void> {
    const look = (): Promise<boolean> => {
      unless();
      return this.page.evaluate<boolean>(allAlive);
    };
    await until('all controls of the page do something', look, patienceMs);
  }

  private async whenAlive(control: Locator): Promise<void> {
    await until(
      'a control of the page does something',
      () => control.evaluate((node) => Object.keys(node).some((key) => key.startsWith('__react'))),
      patienceMs,
    );
  }
}

function isViolation(complaint: string): boolean {
  return complaint.includes(`: ${contentPolicy}: `);
}

function cookiesOf({ cookies, origin }: ApiClient): { name: string; value: string; url: string }[] {
  return cookies.split('; ').map((cookie) => {
    const at = cookie.indexOf('=');
    return { name: cookie.slice(0, at), value: cookie.slice(at + 1), url: origin };
  });
}
