import { describeFetches } from '../testing/fetches.suite.js';

describeFetches('what the engine for code of strangers fetches itself');
