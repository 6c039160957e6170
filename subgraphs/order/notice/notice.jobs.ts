import { JobRefused, type JobDefinition } from '../../../platform/jobs';
import type { MailTransport } from '../../../platform/mail';
import { SEND_NOTICE, type NoticeService } from './notice.service';
import type { NoticeWriter } from './notice.writer';

/**
 * Sends one notice. A crash between the server's "accepted" and our note of it sends a mail twice, never not at all;
 * both have one Message-ID. Without a mail server notices wait, to be looked at in the dev mailbox.
 */
export function createNoticeJob(
  notices: NoticeService,
  writer: NoticeWriter,
  transport: MailTransport | null,
): JobDefinition<{ noticeId: number }> {
  return {
    name: SEND_NOTICE,
    retrySeconds: 5,
    maxRetrySeconds: 3_600,
    maxAttempts: 16,
    timeoutSeconds: 120,
    isPaused: transport === null,
    run: async ({ noticeId }, { logger }) => {
      const notice = await notices.byKey(noticeId);
      if (transport === null || !notice || notice.status === 'SENT') return;
      const letter = await writer.write(notice);
      if (letter.kind === 'pointless') return notices.settle(noticeId, 'DROPPED', letter.reason);
      const { to, content, unsubscribeUrl } = letter;
      const outcome = await transport.send({ to, content, reference: notice.fact, unsubscribeUrl });
      if (outcome.kind === 'sent') {
        await notices.settle(noticeId, 'SENT', null);
        logger.info({ notice: noticeId, template: notice.template }, 'mail sent');
        return;
      }
      await notices.settle(noticeId, 'REFUSED', outcome.reason);
      // A dead letter, which staff may have sent again when they have mended the address.
      throw new JobRefused(outcome.reason);
    },
  };
}
