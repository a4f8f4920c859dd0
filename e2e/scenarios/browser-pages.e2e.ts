import { browserSuite } from '@cooperage/e2e/browser';
import { describe } from 'vitest';
import { accounts } from './browser/accounts.js';
import { buildLists } from './browser/build-lists.js';
import { buildViews } from './browser/build-views.js';
import { cacheReasons } from './browser/cache-reasons.js';
import { connection } from './browser/connection.js';
import { deliveries } from './browser/deliveries.js';
import { emptyStates } from './browser/empty-states.js';
import { failingBuilds } from './browser/failing.js';
import { founding } from './browser/founding.js';
import { hostileText } from './browser/hostile.js';
import { images } from './browser/images.js';
import { buildLogs } from './browser/log.js';
import { narrowPages } from './browser/narrow.js';
import { overview } from './browser/overview.js';
import { pageData } from './browser/page-data.js';
import { secretsInPages } from './browser/secrets.js';
import { shell } from './browser/shell.js';
import { stopping } from './browser/stopping.js';
import { trust } from './browser/trust.js';
import { watching } from './browser/watching.js';

// One installation for all of them: it takes longer to start than most of them to run.
describe('in a browser', () => {
  const suite = browserSuite();
  watching(suite);
  failingBuilds(suite);
  buildViews(suite);
  buildLogs(suite);
  stopping(suite);
  buildLists(suite);
  cacheReasons(suite);
  images(suite);
  trust(suite);
  deliveries(suite);
  founding(suite);
  accounts(suite);
  secretsInPages(suite);
  hostileText(suite);
  narrowPages(suite);
  shell(suite);
  pageData(suite);
  overview(suite);
  connection(suite);
  // Last: it makes an organization, and whoever has several is asked which.
  emptyStates(suite);
});
