/** Values under these keys are the format's own words, or digests of content. */
const ownValues = new Set(
  'mediaType artifactType digest sha256 os architecture variant created type _type predicateType buildType'.split(' '),
);

/** Keys of the OCI image specification. Any other key is one that a build can choose: a label's, an annotation's, a port's. */
const ownKeys = new Set(
  (
    'schemaVersion config layers manifests annotations size platform urls data subject rootfs diff_ids history created_by ' +
    'author comment empty_layer User ExposedPorts Env Entrypoint Cmd Volumes WorkingDir Labels StopSignal ArgsEscaped ' +
    'OnBuild Shell Healthcheck Test Interval Timeout StartPeriod Retries Memory MemorySwap CpuShares container ' +
    'container_config docker_version os.version os.features moby.buildkit.buildinfo.v1 moby.buildkit.cache.v0'
  ).split(' '),
);

/** No part of a UTF-8 text that a secret is searched for in. */
const separator = '\0';
/** Characters of short texts that make one part. */
const charsOfPart = 64 * 1024;

/**
 * What a build can have written into a JSON document, in parts, each text apart from the next: its strings and the keys that are
 * not the format's. A document that is no JSON is taken as it is.
 */
export function* tenantTexts(bytes: Uint8Array): Generator<Uint8Array> {
  const document = parsed(bytes);
  if (document === undefined) {
    yield bytes;
    return;
  }
  let part: string[] = [];
  let chars = 0;
  for (const text of textsOf(document)) {
    part.push(text, separator);
    chars += text.length + 1;
    if (chars < charsOfPart) continue;
    yield Buffer.from(part.join(''));
    [part, chars] = [[], 0];
  }
  yield Buffer.from(part.join(''));
}

function* textsOf(document: unknown): Generator<string> {
  const open: unknown[] = [document];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (typeof at === 'string') yield at;
    else if (Array.isArray(at)) for (const value of at) open.push(value);
    else if (at !== null && typeof at === 'object') {
      for (const [key, value] of Object.entries(at)) {
        if (!ownKeys.has(key) && !ownValues.has(key)) yield key;
        if (!(ownValues.has(key) && typeof value === 'string')) open.push(value);
      }
    }
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
