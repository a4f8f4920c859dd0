import type { Problem } from '../config-error.js';
import type { Env } from '../environment.js';
import { isEveryInterface, isLoopbackHost } from '../formats/network.js';
import type { Reader } from '../reader.js';
import { variables as v } from '../variables.js';

/** Settings that are well formed and still no way to run a service that holds secrets. */
export function dangerousSwitches(reader: Reader, env: Env): Problem[] {
  return [...listensEverywhere(reader), ...debuggerIsOpen(reader, env), ...tlsIsOff(env)];
}

function listensEverywhere(reader: Reader): Problem[] {
  const host = reader.valueOf(v.host);
  if (host === undefined || !isEveryInterface(host) || reader.valueOf(v.bindAll)) return [];
  return [
    { name: 'HOST', says: 'means every interface: name one address, or set COOPERAGE_BIND_ALL=true in a container' },
  ];
}

/** A debugger reads every key of the process. Only somebody who develops on this machine wants that. */
function debuggerIsOpen(reader: Reader, env: Env): Problem[] {
  const publicUrl = reader.valueOf(v.publicUrl);
  const develops = publicUrl !== undefined && isLoopbackHost(new URL(publicUrl).hostname);
  if (develops || !/--inspect/.test(env.NODE_OPTIONS ?? '')) return [];
  return [{ name: 'NODE_OPTIONS', says: 'opens a debugger (--inspect)' }];
}

function tlsIsOff(env: Env): Problem[] {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return [];
  return [{ name: 'NODE_TLS_REJECT_UNAUTHORIZED', says: 'switches certificate checks off: use NODE_EXTRA_CA_CERTS' }];
}
