import 'reflect-metadata';
import { loadConfig } from '@cooperage/config';
import { guardLoop } from '@cooperage/telemetry';
import { refuseUnsafeStart, startLife } from './app/process-life.js';
import { closeOnSignal } from './app/shutdown.js';
import { listenOptions } from './http/listen.js';
import { createLive } from './live/create-live.js';

guardLoop({ process: 'live' });
const config = loadConfig('live');
const live = await createLive(config);
await refuseUnsafeStart(live.database, live.logger);
await live.app.listen(listenOptions(config.http));
const life = startLife('live', live.database, live.logger);
closeOnSignal(live.logger, [life, live]);
live.logger.info({ address: await live.app.getUrl() }, 'listening');
