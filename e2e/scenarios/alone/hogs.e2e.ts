import { hogs } from '../shared/hogs.js';
import { processes } from '../shared/suite.js';

// All of them at once, and an honest one beside them.
hogs(processes({ env: { COOPERAGE_BUILD_SLOTS: '6' } }));
