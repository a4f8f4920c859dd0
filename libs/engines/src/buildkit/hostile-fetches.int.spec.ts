import { describeFetches } from '../testing/fetches.suite.js';

describeFetches('what the engine for trusted builds fetches itself');
