import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BrowserContext } from 'playwright-core';
import type { Bench, Finding } from '../../benchmark.js';
import { findingOfPairs } from '../../findings.js';
import { checkout } from '../../run.js';
import { heapBytes, PageBrowser } from '../page-browser.js';
import { heapFinding } from './heap-finding.js';
import { type LogVisit, type SeededPage, visitLog } from './log-visit.js';
import { logviewer, startLogviewer } from './logviewer.js';
import { closePage, phase } from './phase.js';

/** A million lines are a hundred megabytes for whoever loads them all. */
const loadMs = 180_000;

export type PeerVisit = Pick<LogVisit, 'open' | 'heapBytes'>;

/** The same log in a viewer of its own kind. No finding where the peer cannot be had; that is said. */
export async function peerFindings(bench: Bench, page: SeededPage, buildId: string): Promise<Finding[]> {
  const { world, amount, random, signal, say } = bench;
  const logFile = path.join(world.folder, 'long.log');
  await download(bench, buildId, logFile);
  const peer = await startLogviewer(checkout, logFile).catch((error: Error) => {
    say(`${logviewer} could not be had: ${error.message.split('\n')[0]}`);
    return null;
  });
  if (!peer) return [];
  const browser = await PageBrowser.start();
  try {
    const [us, them] = [await browser.reader(world.product), await browser.reader()];
    const pairs: { readonly ours: PeerVisit; readonly theirs: PeerVisit }[] = [];
    for (let at = 0; at < amount.coldPairs; at++) {
      signal.throwIfAborted();
      const theirs = await visitPeer(them, peer.url);
      pairs.push({ ours: await visitLog(us, page), theirs });
      say(`${logviewer}: ${at + 1} of ${amount.coldPairs}, first line after ${Math.round(theirs.open)} ms`);
    }
    if (pairs.length === 0) return [];
    return [
      findingOfPairs(
        'P7/peer-open',
        pairs.map(({ ours, theirs }) => ({ ours: ours.open, theirs: theirs.open })),
        random,
      ),
      heapFinding(
        'P7/peer-heap',
        pairs.map(({ ours, theirs }) => ({ ours: ours.heapBytes, theirs: theirs.heapBytes })),
        random,
      ),
    ];
  } finally {
    await browser.close();
    await peer.close();
  }
}

async function visitPeer(context: BrowserContext, url: string): Promise<PeerVisit> {
  const page = await context.newPage();
  try {
    const open = await phase(
      `opening the log in ${logviewer}`,
      async () => {
        await page.goto(url, { waitUntil: 'commit' });
        await page.getByText('compiled src/').first().waitFor({ timeout: loadMs });
      },
      loadMs,
    );
    await phase(`loading all of it in ${logviewer}`, () => page.waitForFunction("document.title === 'loaded'"), loadMs);
    let bytes = Number.NaN;
    await phase('counting its heap', async () => {
      bytes = await heapBytes(page);
    });
    return { open, heapBytes: bytes };
  } finally {
    await closePage(page);
  }
}

async function download({ world: { product } }: Bench, buildId: string, file: string): Promise<void> {
  const log = await product.api.send('GET', `/api/v1/builds/${buildId}/log?attempt=1&format=text`);
  if (!log.ok || !log.body) throw new Error(`the log was answered ${log.status}`);
  await pipeline(Readable.fromWeb(log.body as never), createWriteStream(file));
}
