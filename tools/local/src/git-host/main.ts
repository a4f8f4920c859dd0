import { once } from 'node:events';
import { isOwnUser } from './own-user.ts';
import { createGitHost } from './server.ts';

/** The git host as a process of its own; COOPERAGE_GIT_PASSWORD comes by the environment, never by an argument. */
const { COOPERAGE_GIT_ROOT: root, COOPERAGE_GIT_USER: user, COOPERAGE_GIT_PASSWORD: password } = process.env;
const port = Number(process.env.PORT);
if (!root || !user || !password || !port) {
  process.stderr.write('COOPERAGE_GIT_ROOT, COOPERAGE_GIT_USER, COOPERAGE_GIT_PASSWORD and PORT have to be set\n');
  process.exit(2);
}
const server = createGitHost({ root, credentials: { user, password }, trusts: isOwnUser });
server.listen(port, '127.0.0.1');
await once(server, 'listening');
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => {
    server.close();
    server.closeAllConnections();
  });
