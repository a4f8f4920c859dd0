const words: Readonly<Record<string, string>> = {
  no_free_slot: 'for a free slot',
  no_worker: 'for a worker that responds',
  no_worker_for_strangers: 'for a builder for untrusted code',
  no_worker_for_organization: 'for a builder for untrusted code',
  slot_kept_for_others: 'because the last slot is kept for other organizations',
  quota_concurrent_builds: 'for the quota of concurrent builds',
  quota_build_minutes: 'for build minutes of the next month',
  quota_log_bytes: 'for the quota of logs and records',
  organization_suspended: 'while its organization is suspended',
  retry_pause: 'briefly before the next attempt',
  signing_held: 'for the signing key',
  registry_unavailable: 'for the registry',
  internal_error: 'to be published again',
};

/** What a build waits for, after "waits". A reason from a newer service is shown by its code. */
export function waitWords(reason: string): string {
  return words[reason] ?? `for: ${reason}`;
}
