// Next's own server, with what ends a process of ours whose event loop is blocked (ADR 51). It stands beside the server and the
// guard once `assemble-standalone.mjs` has put them together.
import { guardLoop } from './loop-guard/loop-guard.js';

guardLoop({ process: 'web' });
await import('./server.js');
