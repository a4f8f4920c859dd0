import { createPrivateKey, X509Certificate } from 'node:crypto';
import { Secret } from '../secret.js';
import { format } from './format.js';
import { isLoopbackHost, readUrl } from './network.js';
import { splitList } from './plain.js';

const minSecretLength = 32;
const keyBytes = 32;
/** Words of example files. A real random value holds one of them with no noticeable chance. */
const exampleWords = ['changeme', 'change-me', 'change_me', 'replace', 'example', 'default', 'password', 'insecure'];

/** Any secret text. */
export const secretText = format((text) => new Secret(text));

/** A secret text of at least `length` characters that is no example value. */
export function longSecret(length: number) {
  return format((text) => {
    refuseWeak(text, length);
    return new Secret(text);
  });
}

/** Secrets between commas: the first makes new values, all of them read old ones. */
export const secretList = format((text): readonly Secret[] =>
  refuseEmpty(
    splitList(text).map((part) => {
      refuseWeak(part, minSecretLength);
      return new Secret(part);
    }),
  ),
);

/** Keys of 32 bytes between commas, each in base64, base64url or hex: the first seals, all of them open. */
export const keyList = format((text): readonly Secret<Uint8Array>[] =>
  refuseEmpty(splitList(text).map((part) => new Secret(readKey(part)))),
);

/** @throws {TypeError} when PostgreSQL would be reached without a password over a network. */
export const databaseUrl = format((text) => {
  const url = readUrl(text, ['postgres:', 'postgresql:']);
  const local = url.hostname === '' || isLoopbackHost(url.hostname);
  if (!local && !url.password && !url.searchParams.has('sslcert'))
    throw new TypeError('needs a password unless the server is on a loopback address');
  return new Secret(text);
});

/** @throws {TypeError} when Redis would be reached without a password over a network. */
export const redisUrl = format((text) => {
  const url = readUrl(text, ['redis:', 'rediss:']);
  if (!url.password && !isLoopbackHost(url.hostname))
    throw new TypeError('needs a password unless the server is on a loopback address');
  return new Secret(text);
});

export const smtpUrl = format((text) => {
  readUrl(text, ['smtp:', 'smtps:']);
  return new Secret(text);
});

/** A private EC P-256 key in PEM, the kind that signs ES256 tokens. */
export const p256PrivateKey = format((text) => {
  if (!isP256Key(text)) throw new TypeError('is a private EC P-256 key in PEM');
  return new Secret(text);
});

export const certificate = format((text) => {
  if (!isCertificate(text)) throw new TypeError('is an X.509 certificate in PEM');
  return text;
});

function isP256Key(pem: string): boolean {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function readKey(text: string): Uint8Array {
  const bytes = /^[0-9A-Fa-f]{64}$/.test(text) ? Buffer.from(text, 'hex') : readBase64(text);
  if (bytes.length !== keyBytes) throw new TypeError(`is a list of keys of ${keyBytes} bytes, in base64 or hex`);
  if (new Set(bytes).size < 8) throw new TypeError('is not a random key');
  return new Uint8Array(bytes);
}

function readBase64(text: string): Uint8Array {
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : new Uint8Array();
}

function refuseWeak(text: string, minLength: number): void {
  if (text.length < minLength) throw new TypeError(`has at least ${minLength} characters`);
  if (new Set(text).size < 8 || exampleWords.some((word) => text.toLowerCase().includes(word)))
    throw new TypeError('is an example or a guessable value: make a random one');
}

function refuseEmpty<T>(values: readonly T[]): readonly T[] {
  if (values.length === 0) throw new TypeError('holds at least one value');
  return values;
}
