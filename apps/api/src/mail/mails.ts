import type { Mail } from './mailer.js';

/** A stranger's words as one line of a mail. */
const line = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 200);

export function resetMail(to: string, name: string, url: string, minutes: number): Mail {
  return {
    to,
    subject: 'A new password for Cooperage',
    text: [
      `${line(name)},`,
      '',
      'somebody, most likely you, has asked for a new password. Set one here:',
      '',
      url,
      '',
      'It ends your sessions and revokes your API tokens. You can keep the tokens on the page that the link opens.',
      `The link works once, for ${minutes} minutes. If it was not you, do nothing: your password stays as it is.`,
      '',
    ].join('\n'),
  };
}

const longestName = 60;
/** What mail programs make a link of, or what reads as a message instead of a name. */
const linkLike = /[/\\@<>[\]()]|:\S|www\.|\p{L}\.\p{L}{2}|\d{2}\.\d/iu;

/** A name that a stranger chose, as part of a sentence; null for one that is long, or reads as a link. */
function plainName(text: string): string | null {
  const name = line(text).trim();
  return name === '' || name.length > longestName || linkLike.test(name) ? null : `“${name.replace(/[“”"]/g, '')}”`;
}

/** The subject is ours alone: the names in the text are chosen by people whom the reader may not know. */
export function invitationMail(
  to: string,
  organization: { readonly name: string; readonly slug: string },
  inviter: { readonly name: string; readonly email: string },
  url: string,
): Mail {
  const who = [plainName(inviter.name), line(inviter.email)].filter((part) => part !== null).join(', ');
  const where = [organization.slug, plainName(organization.name)].filter((part) => part !== null).join(', ');
  return {
    to,
    subject: 'Invitation to an organization on Cooperage',
    text: [
      'You are invited to an organization on Cooperage.',
      '',
      `Organization: ${where}`,
      `Invited by: ${who}`,
      '',
      'Accept here:',
      '',
      url,
      '',
      'The link works once, for seven days, and for this address only. If you do not know who invites you, do nothing.',
      '',
    ].join('\n'),
  };
}

/** For whoever wants to see that mail arrives. */
export function trialMail(to: string, name: string, publicUrl: string): Mail {
  return {
    to,
    subject: 'A mail from Cooperage, for a try',
    text: [
      `${line(name)},`,
      '',
      'you asked for this mail on the page of the settings, to see whether mail arrives. It does.',
      '',
      publicUrl,
      '',
    ].join('\n'),
  };
}
