// Next leaves static files and `public` out of its standalone folder; without them css and scripts answer 404. What guards the
// server is none of its imports, so it does not know of that either.
import { cp, stat } from 'node:fs/promises';
import path from 'node:path';

const app = path.join(import.meta.dirname, '..');
const standalone = path.join(app, '.next/standalone/apps/web');
const guard = path.join(app, '../../libs/telemetry/dist/loop-guard');

await stat(path.join(standalone, 'server.js'));
await cp(path.join(app, '.next/static'), path.join(standalone, '.next/static'), { recursive: true, force: true });
await cp(path.join(app, 'public'), path.join(standalone, 'public'), { recursive: true, force: true });
await cp(guard, path.join(standalone, 'loop-guard'), { recursive: true, force: true });
await cp(path.join(app, 'scripts/guarded-server.mjs'), path.join(standalone, 'guarded-server.mjs'), { force: true });
