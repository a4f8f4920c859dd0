// Next's own server, with what ends a process of ours whose event loop is blocked (ADR 51). It stands beside the server and the
// guard once `assemble-standalone.mjs` has put them together; they are not here, so nothing that reads imports can find them.
const beside = (file) => import(new URL(file, import.meta.url).href);

const { guardLoop } = await beside('loop-guard/loop-guard.js');
guardLoop({ process: 'web' });
await beside('server.js');
