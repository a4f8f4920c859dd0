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

const separator = Buffer.of(0);

/**
 * What a build can have written into a JSON document, each text apart from the next: its strings and the keys that are not the
 * format's. A document that is no JSON is taken as it is.
 */
export function* tenantTexts(bytes: Uint8Array): Generator<Uint8Array> {
  const document = parsed(bytes);
  if (document === undefined) {
    yield bytes;
    return;
  }
  const open: unknown[] = [document];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (typeof at === 'string') yield* [Buffer.from(at), separator];
    else if (at !== null && typeof at === 'object') {
      for (const [key, value] of Object.entries(at)) {
        if (!Array.isArray(at) && !ownKeys.has(key) && !ownValues.has(key)) yield* [Buffer.from(key), separator];
        if (value !== undefined && !(ownValues.has(key) && typeof value === 'string')) open.push(value);
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
