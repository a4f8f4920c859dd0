/** Shorter values stand in ordinary text all over: masking and the search for leaks would take it with them. */
export const shortestSecret = 8;

/** What people write where they have no secret yet, and what images, logs and Dockerfiles are full of. */
const common = new Set(
  (
    'true false null none undefined default disabled enabled localhost password passw0rd password1 password123 changeme changeit ' +
    'change-me secret secret123 letmein welcome qwerty qwertyui qwerty123 iloveyou 12345678 123456789 1234567890 87654321 ' +
    'admin adminadmin administrator root toor test testtest testing example development production staging application ' +
    'container dockerfile linux/amd64 linux/arm64 http:// https:// 127.0.0.1 0.0.0.0 docker.io github.com node_modules ' +
    '/usr/bin /usr/local /usr/local/bin /bin/sh /bin/bash base64 utf-8 text/plain application/json'
  ).split(' '),
);

/** A sentence for a person when a value cannot be a secret; null when it can. */
export function secretValueProblem(value: string): string | null {
  const text = value.trim();
  if (text.length < shortestSecret)
    return `has at least ${shortestSecret} characters, without spaces around it: a shorter value stands in ordinary text, and could not be masked in logs`;
  if (common.has(text.toLowerCase()) || new Set(text).size < 3)
    return 'is a common word or a repeated sign: it would be masked all over the log, and it protects nothing';
  return null;
}
