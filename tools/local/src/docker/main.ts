import { mkdirSync, symlinkSync } from 'node:fs';
import { Instance } from '../parts/instance.ts';
import { interruptSignal, untilAborted } from '../processes/interrupt.ts';
import { noteLauncher } from '../system/left-behind.ts';
import { findTestTools } from '../toolchain/find-tools.ts';
import { obtainGoRoot, obtainGoTools } from '../toolchain/go-tools.ts';
import { COMPOSE } from '../toolchain/tool-list.ts';
import { PrivateDocker } from './private-docker.ts';

/**
 * A Docker engine for tests as a process of its own: `node main.ts FOLDER`. It prints one line of JSON when the engine is ready,
 * and takes everything away when it is asked to end, or when whoever started it is gone.
 */
const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: node main.ts FOLDER');
const signal = interruptSignal();
const parentIsGone = new Promise<void>((resolve) => process.stdin.once('close', resolve).resume());
const instance = new Instance(folder);
mkdirSync(folder, { recursive: true });
noteLauncher(instance);
const tools = await findTestTools();
// The plugins of BuildKit are what no package brings. BuildKit itself is built in a container, with the same Go.
const goTools = await obtainGoTools();
const goRoot = await obtainGoRoot();
const docker = new PrivateDocker(instance, tools);
try {
  const address = await docker.start();
  // Compose builds by one plugin, and is one for whoever says `docker compose`.
  const plugins = instance.file('client', 'cli-plugins');
  mkdirSync(plugins, { recursive: true });
  symlinkSync(tools.path('docker-buildx'), `${plugins}/docker-buildx`);
  symlinkSync(tools.path(COMPOSE), `${plugins}/docker-compose`);
  const programs = {
    docker: tools.path('docker'),
    compose: tools.path(COMPOSE),
    buildx: tools.path('docker-buildx'),
  };
  const client = { DOCKER_HOST: address.url, DOCKER_CONFIG: instance.file('client') };
  process.stdout.write(
    `${JSON.stringify({ ...address, project: docker.project(), programs, goTools: goTools.folder, goRoot, client })}\n`,
  );
  await Promise.race([untilAborted(signal), parentIsGone]);
} finally {
  await docker.stop();
}
process.exit();
