/** Fields that hold a secret, whatever the object around them is. Compared in lower case without `-` and `_`. */
const secretFields = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'password',
  'passphrase',
  'secret',
  'token',
  'accesstoken',
  'refreshtoken',
  'identitytoken',
  'apikey',
  'privatekey',
  'encryptionkey',
  'clientsecret',
  'webhooksecret',
  'xgitlabtoken',
  'databaseurl',
  'redisurl',
]);

const hidden = '[secret]';
const maxDepth = 6;
const maxEntries = 100;

/** A copy of a log line's fields in which secret fields are hidden, bytes are only counted and depth has an end. */
export function redactFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactObject(object: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(object).slice(0, maxEntries);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, isSecretField(key) ? hidden : redactValue(value, depth + 1)]),
  );
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= maxDepth) return '[deeper]';
  if (Array.isArray(value)) return value.slice(0, maxEntries).map((part) => redactValue(part, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactValue(value.toJSON(), depth + 1);
  return redactObject(value, depth);
}

function isSecretField(key: string): boolean {
  return secretFields.has(key.toLowerCase().replace(/[-_]/g, ''));
}
