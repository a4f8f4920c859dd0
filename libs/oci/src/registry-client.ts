import { Blobs } from './client/blobs.js';
import { Manifests } from './client/manifests.js';
import { Referrers } from './client/referrers.js';
import { Tags } from './client/tags.js';
import { type RegistryAddress, RegistryHttp } from './http/registry-http.js';

/**
 * A client of one registry, after the OCI distribution specification 1.1. Digests are computed from bytes and never
 * believed, answers are capped, every call has a time limit and takes an `AbortSignal`. It keeps connections open and is
 * safe to share; it does not retry what the registry refused, and knows nothing of locks: who may write tags and
 * referrers is its callers' matter.
 */
export class RegistryClient {
  /** `host` or `host:port`, as image references name it. */
  readonly host: string;
  readonly blobs: Blobs;
  readonly manifests: Manifests;
  readonly tags: Tags;
  readonly referrers: Referrers;

  constructor(address: RegistryAddress) {
    const http = new RegistryHttp(address);
    this.host = address.host;
    this.blobs = new Blobs(http);
    this.manifests = new Manifests(http);
    this.tags = new Tags(http, this.blobs, this.manifests);
    this.referrers = new Referrers(http, this.manifests);
  }
}
