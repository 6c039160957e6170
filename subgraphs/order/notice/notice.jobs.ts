import type { JobDefinition } from '../../../platform/jobs';
import type { MailTransport } from '../../../platform/mail';
import { SEND_NOTICE, type NoticeService } from './notice.service';
import type { NoticeWriter } from './notice.writer';

/**
 * Sends one notice. A crash between the server's "accepted" and our note of it sends a mail twice, never not at all;
 * both have one Message-ID. Without a mail server the notice waits, to be looked at in the dev mailbox.
 */
export function createNoticeJob(
  notices: NoticeService,
  writer: NoticeWriter,
  transport: MailTransport | null,
): JobDefinition<{ noticeId: number }> {
  return {
    name: SEND_NOTICE,
    maxAttempts: 12,
    timeoutSeconds: 120,
    run: async ({ noticeId }, { logger }) => {
      const notice = await notices.byKey(noticeId);
      if (transport === null || notice?.status !== 'WAITING') return;
      const letter = await writer.write(notice);
      if (letter.kind === 'pointless') return notices.settle(noticeId, 'DROPPED', letter.reason);
      const { to, content, unsubscribeUrl } = letter;
      const outcome = await transport.send({ to, content, reference: notice.fact, unsubscribeUrl });
      if (outcome.kind === 'sent') return notices.settle(noticeId, 'SENT', null);
      logger.warn({ notice: noticeId, template: notice.template, reason: outcome.reason }, 'a mail was refused for good');
      await notices.settle(noticeId, 'REFUSED', outcome.reason);
    },
  };
}
