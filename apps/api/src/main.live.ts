import 'reflect-metadata';
import { loadConfig } from '@cooperage/config';
import { refuseUnsafeStart, startLife } from './app/process-life.js';
import { closeOnSignal } from './app/shutdown.js';
import { createLive } from './live/create-live.js';

const config = loadConfig('live');
const live = await createLive(config);
await refuseUnsafeStart(live.database, live.logger);
const { host, port } = config.http;
await live.app.listen({ host, port });
const life = startLife('live', live.database, live.logger);
closeOnSignal(live.logger, [life, live]);
live.logger.info({ address: await live.app.getUrl() }, 'listening');
