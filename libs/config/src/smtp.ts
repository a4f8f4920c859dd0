import { Secret } from './secret.js';
import { optional, optionalGroup, required, withDefault } from './setting.js';
import { variables } from './variables.js';

export interface SmtpConfig {
  /** `smtp://` or `smtps://`, credentials included. */
  readonly url: Secret;
  readonly from: string;
}

/** Mail by one address, or by its parts: both are habits of the field. Null where there is no mail. */
export const smtp = optionalGroup(
  {
    url: optional(variables.smtpUrl),
    host: optional(variables.smtpHost),
    port: withDefault(variables.smtpPort, '587'),
    user: optional(variables.smtpUser),
    password: optional(variables.smtpPassword),
    from: required(variables.smtpFrom),
  },
  (parts): SmtpConfig => {
    if ((parts.url === null) === (parts.host === null))
      throw new TypeError('mail needs SMTP_URL or SMTP_HOST, one of the two');
    return { url: parts.url ?? urlFromParts(parts), from: parts.from };
  },
);

function urlFromParts(parts: {
  host: string | null;
  port: number;
  user: string | null;
  password: Secret | null;
}): Secret {
  const url = new URL(`${parts.port === 465 ? 'smtps' : 'smtp'}://${parts.host}:${parts.port}`);
  url.username = encodeURIComponent(parts.user ?? '');
  url.password = encodeURIComponent(parts.password?.reveal() ?? '');
  return new Secret(url.href);
}
