/**
 * Names of refs as git's `check-ref-format` defines them. Odd names (`-h`, `$(id)`, right-to-left marks) are legal in
 * git and stay themselves here; what git itself forbids cannot exist and is refused (S-022 of the threat list).
 */
export const maxRefBytes = 1024;

/** Whether the value is a full branch or tag name, for example `refs/heads/main`, of at most 1,024 bytes in UTF-8. */
export function isFullRef(value: string): boolean {
  if (!/^refs\/(?:heads|tags)\/./.test(value) || !value.isWellFormed()) return false;
  if (new TextEncoder().encode(value).length > maxRefBytes) return false;
  if (/[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$/.test(value)) return false;
  return value.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'));
}

/** Whether the value is a full commit id in lower-case hex (SHA-1). */
export function isCommitId(value: string): boolean {
  return /^[0-9a-f]{40}$/.test(value) && !/^0+$/.test(value);
}
