/**
 * Clone addresses, as people type them and as they are used: our own parser on WHATWG URL plus the scp form
 * (`git@host:path`), because it is a security boundary (S-017, S-018 of the threat list). Pure: nothing is looked up.
 */
export type RemoteScheme = 'https' | 'ssh' | 'http';

export interface RemoteUrl {
  readonly scheme: RemoteScheme;
  /** Host name in lower-case ASCII (punycode), or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Login name; ssh only. */
  readonly user?: string;
  /** The normal form: what is stored, shown and handed to git. It cannot hold a password. */
  readonly href: string;
}

export interface RemoteUrlOptions {
  /** `host:port` pairs to which the operator allows plain http; `any` reads an address that was allowed before. */
  readonly allowPlainHttp?: readonly string[] | 'any';
}

interface Authority {
  readonly userInfo: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
}

const maxLength = 2048;
const defaultPorts: Record<RemoteScheme, number> = { https: 443, ssh: 22, http: 80 };
const sshUser = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
const hostLabel = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** @throws {TypeError} with a sentence for a person when the address is refused. */
export function parseRemoteUrl(value: string, options: RemoteUrlOptions = {}): RemoteUrl {
  const text = value.trim();
  refuseHiddenText(text);
  if (text.startsWith('-')) throw new TypeError('a clone address does not start with a dash');
  if (/^[A-Za-z0-9+.-]+::/.test(text)) throw new TypeError('git transport helpers (name::address) are not allowed');
  const url = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/]*)(\/.*)?$/.exec(text);
  if (url) return parseUrlForm(url[1]!.toLowerCase(), url[2]!, url[3] ?? '/', options);
  if (text.includes('://')) throw new TypeError('this is not a clone address');
  const scp = /^(?:([^@/:]+)@)?(\[[^\]/@]+\]|[^:/@[\]]+):(.+)$/.exec(text);
  if (scp) return parseScpForm(scp[1], scp[2]!, scp[3]!);
  throw new TypeError('a clone address starts with https:// or ssh://, or has the form git@host:path');
}

export function isRemoteUrl(value: string, options: RemoteUrlOptions = {}): boolean {
  try {
    parseRemoteUrl(value, options);
    return true;
  } catch {
    return false;
  }
}

/**
 * Scheme, host and port of a stored clone address, for comparison: `https://git.example`, `ssh://git.example` for
 * `git@git.example:path`. The address itself where it has none of the two forms.
 */
export function remoteOrigin(address: string): string {
  const url = URL.parse(address);
  if (url?.host) return `${url.protocol}//${url.host}`;
  const scp = /^(?:[^@/:]+@)?(\[[^\]/@]+\]|[^:/@[\]]+):/.exec(address);
  return scp ? `ssh://${scp[1]!.toLowerCase()}` : address;
}

/**
 * Scheme, host and port of a stored clone address, for example `https://git.example:443`. Credentials of a git host belong to
 * an origin and are sent to no other.
 * @throws {TypeError} when it is no clone address.
 */
export function credentialOrigin(remoteUrl: string): string {
  const remote = parseRemoteUrl(remoteUrl, { allowPlainHttp: 'any' });
  return `${remote.scheme}://${hostPort(remote)}`;
}

/** The remote's `host:port`, an IPv6 address in brackets: what an operator's allow list holds. */
export function hostPort(remote: Pick<RemoteUrl, 'host' | 'port'>): string {
  return `${bracketed(remote.host)}:${remote.port}`;
}

/**
 * One entry of an operator's allow list in its normal form.
 * @throws {TypeError} when it is not exactly `host:port`.
 */
export function parseHostPort(value: string): string {
  const { userInfo, host, port } = parseAuthority(value.trim());
  if (userInfo !== undefined || port === undefined) throw new TypeError('an allow list entry has the form host:port');
  return hostPort({ host, port });
}

function refuseHiddenText(text: string): void {
  if (text.length > maxLength) throw new TypeError(`a clone address has at most ${maxLength} characters`);
  // Controls, invisible and direction-changing characters, unassigned code points, every kind of space.
  if (/[\p{C}\p{Z}]/u.test(text)) throw new TypeError('a clone address has no spaces and no invisible characters');
  if (text.includes('\\')) throw new TypeError('a clone address has no backslash');
}

function parseUrlForm(scheme: string, authority: string, path: string, options: RemoteUrlOptions): RemoteUrl {
  if (scheme !== 'https' && scheme !== 'ssh' && scheme !== 'http')
    throw new TypeError(`${scheme}:// addresses are not allowed; use https:// or ssh://`);
  const { userInfo, host, port = defaultPorts[scheme] } = parseAuthority(authority);
  const user = checkUserInfo(scheme, userInfo);
  if (scheme === 'https' && port === defaultPorts.ssh) throw new TypeError('port 22 is for ssh:// addresses');
  if (scheme === 'http' && !isAllowedPlainHttp({ host, port }, options))
    throw new TypeError('plain http is not allowed for this host; use https://');
  const shownPort = port === defaultPorts[scheme] ? '' : `:${port}`;
  const origin = `${scheme}://${user === undefined ? '' : `${user}@`}${bracketed(host)}${shownPort}`;
  return { scheme, host, port, ...(user !== undefined && { user }), href: origin + normalPath(path) };
}

function parseScpForm(user: string | undefined, rawHost: string, path: string): RemoteUrl {
  const { host } = parseAuthority(rawHost);
  checkUserInfo('ssh', user);
  refuseParentFolders(path);
  if (path.startsWith('-') || path.startsWith(':'))
    throw new TypeError('the path of this clone address is not allowed');
  const href = `${user === undefined ? '' : `${user}@`}${bracketed(host)}:${path}`;
  return { scheme: 'ssh', host, port: defaultPorts.ssh, ...(user !== undefined && { user }), href };
}

function checkUserInfo(scheme: RemoteScheme, userInfo: string | undefined): string | undefined {
  if (userInfo === undefined) return undefined;
  if (scheme !== 'ssh')
    throw new TypeError("a clone address holds no user name or password; add them to the project's credentials");
  if (userInfo.includes(':'))
    throw new TypeError("a clone address holds no password; add a key to the project's credentials");
  if (!sshUser.test(userInfo)) throw new TypeError('the user name of this clone address is not allowed');
  return userInfo;
}

function parseAuthority(text: string): Authority {
  const at = text.lastIndexOf('@');
  const match = /^(\[[0-9A-Fa-f:.]+\]|[^:@[\]?#%]+)(?::(\d{1,5}))?$/.exec(text.slice(at + 1));
  if (!match) throw new TypeError('the host of this address is not valid');
  const port = match[2] === undefined ? undefined : Number(match[2]);
  if (port !== undefined && (port < 1 || port > 65_535)) throw new TypeError('a port is a number from 1 to 65535');
  return { userInfo: at < 0 ? undefined : text.slice(0, at), host: normalHost(match[1]!), port };
}

/** WHATWG host parsing: punycode for IDN, dotted form for decimal, octal and hexadecimal IPv4, short form for IPv6. */
function normalHost(raw: string): string {
  const parsed = URL.parse(`http://${raw}/`);
  if (!parsed) throw new TypeError('the host of this address is not valid');
  const host = parsed.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const isAddress = host.includes(':') || /^\d+(?:\.\d+){3}$/.test(host);
  if (!isAddress && (host.length > 253 || !host.split('.').every((label) => hostLabel.test(label))))
    throw new TypeError('the host of this address is not valid');
  return host;
}

function normalPath(path: string): string {
  if (/[?#]/.test(path)) throw new TypeError('a clone address has no query (?) and no fragment (#)');
  refuseParentFolders(path);
  if (/%(?:[01][0-9a-f]|7f|5c)/i.test(path)) throw new TypeError('the path of this clone address is not allowed');
  const normal = new URL(path, 'http://host/').pathname;
  if (/^\/+$/.test(normal) || path.startsWith('//'))
    throw new TypeError('a clone address names a repository after the host');
  return normal;
}

function refuseParentFolders(path: string): void {
  const isParent = (part: string): boolean => /^(?:\.|%2e){2}$/i.test(part);
  if (path.split('/').some(isParent)) throw new TypeError('the path of a clone address does not contain ".."');
}

function isAllowedPlainHttp(remote: Pick<RemoteUrl, 'host' | 'port'>, options: RemoteUrlOptions): boolean {
  const { allowPlainHttp = [] } = options;
  return allowPlainHttp === 'any' || allowPlainHttp.some((entry) => parseHostPort(entry) === hostPort(remote));
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
