import type { Product } from '@cooperage/e2e';
import { seedLog } from '@cooperage/e2e';
import type { Page } from 'playwright-core';
import type { Bench, Benchmark, Measured } from '../../benchmark.js';
import { findingOfBlocks } from '../../findings.js';
import { demand } from '../../measure/inexact.js';
import type { Block } from '../../measure/ratio.js';
import { aFinishedBuild } from '../finished-build.js';
import { PageBrowser } from '../page-browser.js';

const linesPerSecond = 1_000;
/** Fewer than that, and what was measured is another thing. */
const leastLinesPerSecond = 700;
/** Long enough for all pairs on a slow machine, in seconds. The build is stopped when it is not needed any more. */
const longestStream = 400;
const keysOfBlock = 20;

export const keyResponses: Benchmark = {
  id: 'P9',
  about: [
    'INP: from a key to the frame that shows what it did, 98th percentile; the key changes the times of all lines on screen',
    `ours: the log view of a build that prints ${linesPerSecond} lines a second; theirs: the same view of one that has ended`,
  ],
  run: measure,
};

/** Numbers alone: the engine cuts off a step that prints megabytes. */
const streaming = `FROM busybox:latest
RUN i=0; while [ $i -lt ${longestStream * linesPerSecond} ]; do i=$((i+1)); echo $i; if [ $((i % 50)) -eq 0 ]; then sleep 0.046; fi; done
`;

async function measure({ world: { product }, amount, random, signal, say }: Bench): Promise<Measured> {
  const browser = await PageBrowser.start();
  const finished = await aFinishedBuild(product);
  const quiet = await seedLog({
    databaseUrl: product.databaseUrl,
    likeBuildId: finished.buildId,
    lines: 20_000,
  });
  const stream = await startStream(product);
  try {
    const context = await browser.reader(product);
    const open = async (address: string): Promise<Page> => {
      const page = await context.newPage();
      await page.goto(product.origin + address);
      await page.getByRole('log').locator('.log-row').first().waitFor();
      await page.evaluate(noteResponses);
      return page;
    };
    const [theirs, ours] = [await open(`${finished.home}/b/${quiet.number}`), await open(stream.address)];
    const blocks: Block[] = [];
    for (let at = -1; at < amount.pairs; at++) {
      signal.throwIfAborted();
      const block = { theirs: await responses(theirs), ours: await responsesWhileLive(ours) };
      if (at >= 0) blocks.push(block);
    }
    say(`${amount.pairs} times ${keysOfBlock} keys on each side`);
    return { findings: [findingOfBlocks('P9/inp', blocks, 0.98, random)] };
  } finally {
    await stream.stop();
    await browser.close();
  }
}

async function startStream(product: Product) {
  const repository = await product.repository();
  const { commit } = await product.push(repository, { Dockerfile: streaming });
  const build = await product.buildWhere(repository, commit, 'prints', ({ phase }) => phase === 'build');
  const { organizationSlug, slug } = repository.project;
  return {
    address: `/p/${organizationSlug}/${slug}/b/${build.number}`,
    stop: () => product.api.send('POST', `/api/v1/builds/${build.id}/cancel`),
  };
}

/** Runs in the page. A task after the frame's own runs once the frame has been handed over. */
const noteResponses = `window.responses_ = [];
addEventListener('keydown', (event) => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => window.responses_.push(performance.now() - event.timeStamp);
  port2.postMessage(0);
}), true);`;

async function responses(page: Page): Promise<number[]> {
  await page.bringToFront();
  for (let key = 0; key < keysOfBlock; key++) {
    await page.keyboard.press('t');
    await page.waitForTimeout(50);
  }
  const taken = await page.evaluate<number[]>('window.responses_.splice(0)');
  demand(taken.length === keysOfBlock, `${taken.length} of ${keysOfBlock} keys were answered`);
  return taken;
}

async function responsesWhileLive(page: Page): Promise<number[]> {
  await page.bringToFront();
  const [linesBefore, began] = [await linesOf(page), performance.now()];
  const taken = await responses(page);
  const rate = ((await linesOf(page)) - linesBefore) / ((performance.now() - began) / 1000);
  demand(rate >= leastLinesPerSecond, `${Math.round(rate)} lines a second came instead of ${linesPerSecond}`);
  return taken;
}

async function linesOf(page: Page): Promise<number> {
  const text = await page
    .getByText(/^[\d,]+ lines$/)
    .first()
    .textContent();
  return Number(text?.replaceAll(/\D/g, ''));
}
