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
      `The link works once, for ${minutes} minutes. If it was not you, do nothing: your password stays as it is.`,
      '',
    ].join('\n'),
  };
}

export function invitationMail(to: string, organization: string, inviter: string, url: string): Mail {
  return {
    to,
    subject: `Invitation to ${line(organization)} on Cooperage`,
    text: [
      `${line(inviter)} invites you to the organization ${line(organization)}. Accept here:`,
      '',
      url,
      '',
      'The link works once, for seven days, and for this address only.',
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
