import type { ForgeKind } from '@cooperage/domain/predicates';

/** Addresses of a repository at its own git host. Each is null where the host's form is not known. */
export interface ForgePages {
  readonly host: string;
  readonly commit: (id: string) => string;
  /** Of a branch or tag by its full ref; null for other refs. */
  readonly ref: (ref: string) => string | null;
  readonly compare: (before: string, after: string) => string;
  /** Where the repository's webhooks are kept, with what was answered to each call. */
  readonly hooks: string;
}

type Form = 'github' | 'gitlab' | 'gitea';

const forms: Readonly<Record<Exclude<ForgeKind, 'generic'>, Form>> = {
  github: 'github',
  gitlab: 'gitlab',
  gitea: 'gitea',
  forgejo: 'gitea',
};
/** Hosts that need no call to be known. */
const hosts: Readonly<Record<string, Form>> = {
  'github.com': 'github',
  'gitlab.com': 'gitlab',
  'codeberg.org': 'gitea',
};

/** @param forge as which a call of the host was recognised; null before any. */
export function forgePages(remoteUrl: string, forge: ForgeKind | null): ForgePages | null {
  const web = webAddress(remoteUrl);
  const form = (forge && forge !== 'generic' ? forms[forge] : null) ?? (web && hosts[web.hostname]);
  if (!web || !form) return null;
  const base = web.href.replace(/\/+$/, '').replace(/\.git$/, '');
  const part = form === 'gitlab' ? `${base}/-` : base;
  return {
    host: web.host,
    commit: (id) => `${part}/commit/${encodeURIComponent(id)}`,
    ref: (ref) => refAddress(part, form, ref),
    compare: (before, after) => `${part}/compare/${encodeURIComponent(before)}...${encodeURIComponent(after)}`,
    hooks: form === 'gitlab' ? `${part}/hooks` : `${base}/settings/hooks`,
  };
}

/**
 * Where the git host keeps the calls of one webhook. Only GitHub says in its calls which webhook it was; one of an
 * organization is kept elsewhere.
 */
export function hookPage(pages: ForgePages, headers: Readonly<Record<string, string>>): string {
  const id = headers['x-github-hook-id'];
  const target = headers['x-github-hook-installation-target-type'];
  const isKnown = id !== undefined && /^\d{1,20}$/.test(id) && target === 'repository';
  return isKnown ? `${pages.hooks}/${id}?tab=deliveries` : pages.hooks;
}

/** https as it is; what is cloned by ssh has its pages under the same name and path. */
function webAddress(remoteUrl: string): URL | null {
  const scp = /^(?:[^@/:]+@)?([^:/@[\]]+):(?!\/\/)\/?(.+)$/.exec(remoteUrl);
  const ssh = /^ssh:\/\/(?:[^@/]+@)?([^:/@[\]]+)(?::\d+)?\/(.+)$/.exec(remoteUrl);
  const [, host, path] = ssh ?? scp ?? [];
  const text = host && path && !/^https?:/.test(remoteUrl) ? `https://${host}/${path}` : remoteUrl;
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash ? url : null;
}

function refAddress(part: string, form: Form, ref: string): string | null {
  const [, kind, name] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? [];
  if (!name) return null;
  const path = name.split('/').map(encodeURIComponent).join('/');
  if (form === 'gitea') return `${part}/src/${kind === 'heads' ? 'branch' : 'tag'}/${path}`;
  return `${part}/tree/${path}`;
}
