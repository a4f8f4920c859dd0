import type { LogNotice } from '@cooperage/domain';

/** A notice with the words in it masked: messages of engines and registries can quote a secret. */
export function maskNotice(notice: LogNotice, mask: (text: string) => string): LogNotice {
  switch (notice.code) {
    case 'message':
      return { ...notice, text: mask(notice.text) };
    case 'attempt_lost':
      return { ...notice, reason: mask(notice.reason) };
    case 'clipped':
      return notice;
  }
}
