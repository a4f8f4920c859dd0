import { decodeLogNotice } from './log-notice.js';

/** A notice as a sentence. One that this version does not know is said to be so; nothing is left out silently. */
export function noticeText(data: Uint8Array): string {
  const notice = decodeLogNotice(data);
  switch (notice?.code) {
    case 'clipped':
      return `${notice.droppedBytes} bytes were left out here: the limit of this log is ${notice.limitBytes} bytes.`;
    case 'message':
      return notice.text;
    case 'attempt_lost':
      return `This attempt was lost: ${notice.reason}`;
    default:
      return 'A notice of the service that this page does not know.';
  }
}
