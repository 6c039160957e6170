import type { DataSource } from 'typeorm';
import { JobRefused, type JobDefinition } from '../../../platform/jobs';
import { createMailTransport } from '../../../platform/mail';
import { OutgoingMail } from './mail.entity';
import { renderUserMail, type MailLook } from './mail.rendering';
import { SEND_MAIL } from './mail.service';

/**
 * Sends one mail. A crash between the server's "accepted" and our note of it sends a mail twice, never not at all; both
 * have one Message-ID. A mail that was sent, or whose recipient was erased, is gone.
 */
export function createMailJob(
  database: DataSource,
  options: MailLook & { readonly smtpUrl: string | null },
): JobDefinition<{ mailId: number }> {
  const { smtpUrl, from } = options;
  const transport = smtpUrl === null ? null : createMailTransport({ smtpUrl, from });
  return {
    name: SEND_MAIL,
    retrySeconds: 5,
    maxRetrySeconds: 3_600,
    isPaused: transport === null,
    run: async ({ mailId }, { logger }) => {
      const mails = database.getRepository(OutgoingMail);
      const mail = await mails.findOneBy({ id: mailId });
      if (!mail || !transport) return;
      const content = renderUserMail(mail.template, mail.data, options);
      const outcome = await transport.send({ to: mail.recipient, content, reference: `user.${mail.id}` });
      if (outcome.kind === 'refused') throw new JobRefused(outcome.reason);
      // It may hold a token, and says to whom we wrote: nobody needs to read it here afterwards.
      await mails.delete({ id: mailId });
      logger.info({ mail: mailId, template: mail.template }, 'mail sent');
    },
  };
}
