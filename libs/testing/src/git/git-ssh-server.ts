import { spawn } from 'node:child_process';
import { timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import ssh2, { type ServerChannel } from 'ssh2';

export interface SshKeyPair {
  /** OpenSSH private key. */
  readonly private: string;
  /** One line as in `authorized_keys`. */
  readonly public: string;
}

export function makeSshKeyPair(): SshKeyPair {
  return ssh2.utils.generateKeyPairSync('ed25519');
}

export interface GitSshServerOptions {
  readonly root: string;
  readonly hostKey: SshKeyPair;
  /** Public key that may read a repository, by the repository's name. */
  readonly deployKeys: Readonly<Record<string, string>>;
}

export interface GitSshServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Real git over ssh on a free loopback port, with one deploy key for each repository. */
export async function startGitSshServer(options: GitSshServerOptions): Promise<GitSshServer> {
  const server = new ssh2.Server({ hostKeys: [options.hostKey.private] }, (client) => {
    let presented: Buffer | undefined;
    client.on('error', () => {});
    client.on('authentication', (context) => {
      if (context.method !== 'publickey' || !isKnown(options, context.key.data)) return context.reject(['publickey']);
      if (context.signature && context.blob) {
        const key = ssh2.utils.parseKey(`${context.key.algo} ${context.key.data.toString('base64')}`);
        if (key instanceof Error || key.verify(context.blob, context.signature, context.hashAlgo) !== true)
          return context.reject(['publickey']);
      }
      presented = context.key.data;
      context.accept();
    });
    client.on('session', (accept) => {
      const session = accept();
      session.on('env', (acceptEnv) => acceptEnv?.());
      session.on('exec', (acceptExec, _reject, info) => runUploadPack(options, acceptExec(), info.command, presented));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

function runUploadPack(
  options: GitSshServerOptions,
  channel: ServerChannel,
  command: string,
  key: Buffer | undefined,
): void {
  const name = /^git-upload-pack '\/?([^']+)'$/.exec(command)?.[1];
  if (name === undefined || !key || !sameKey(options.deployKeys[name], key)) {
    channel.stderr.write('ERROR: Repository not found.\n');
    channel.exit(1);
    channel.end();
    return;
  }
  const path = join(options.root, normalize(`/${name}`));
  const env = {
    PATH: process.env.PATH ?? '',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
  const child = spawn('git', ['upload-pack', path], { env, stdio: 'pipe' });
  child.stdin.on('error', () => {});
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  channel.on('close', () => child.kill());
  child.on('close', (code) => {
    channel.exit(code ?? 1);
    channel.end();
  });
}

function isKnown(options: GitSshServerOptions, key: Buffer): boolean {
  return Object.values(options.deployKeys).some((line) => sameKey(line, key));
}

function sameKey(line: string | undefined, key: Buffer): boolean {
  const known = Buffer.from(line?.split(' ')[1] ?? '', 'base64');
  return known.length === key.length && timingSafeEqual(known, key);
}
