import type { DataSource, EntityManager } from 'typeorm';
import { forgetJobs, queuedCte, wakeWorkers } from '../../../platform/jobs';
import type { Mailbox, MailboxEntry } from '../../../platform/mail';
import { OutgoingMail } from './mail.entity';
import { renderUserMail, type MailLook } from './mail.rendering';
import type { MailData, MailTemplate } from './mail.templates';

/** The job that sends one mail. */
export const SEND_MAIL = 'mail.send';
const SENDING = `(SELECT jsonb_agg(jsonb_build_object('name', '${SEND_MAIL}', 'key', id::text, 'payload', jsonb_build_object('mailId', id))) FROM written)`;

/** Writes mails into the transaction of what they tell of, and shows them again where no SMTP server takes them. */
export class MailService implements Mailbox {
  constructor(
    private readonly database: DataSource,
    private readonly look: MailLook,
  ) {}

  async write<T extends MailTemplate>(tx: EntityManager, template: T, recipient: string, data: MailData[T]): Promise<void> {
    await tx.query(
      `WITH written AS (INSERT INTO outgoing_mail (template, recipient, data) VALUES ($1, $2, $3::jsonb) RETURNING id),
       ${queuedCte(SENDING)} ${wakeWorkers('queued')}`,
      [template, recipient, JSON.stringify(data)],
    );
  }

  /** Forgets all mail to somebody, also what was said of it when it could not be sent. */
  async eraseTo(tx: EntityManager, recipient: string): Promise<void> {
    const [gone] = await tx.query<[{ id: number }[], number]>(
      'DELETE FROM outgoing_mail WHERE lower(recipient) = lower($1) RETURNING id',
      [recipient],
    );
    await forgetJobs(
      tx,
      SEND_MAIL,
      'mailId',
      gone.map(({ id }) => id),
    );
  }

  /** Mails that were not sent by SMTP, newest first. */
  async list(limit: number): Promise<MailboxEntry[]> {
    const mails = await this.database.getRepository(OutgoingMail).find({ order: { id: 'DESC' }, take: limit });
    return mails.map((mail) => this.asEntry(mail));
  }

  async byId(id: number): Promise<MailboxEntry | null> {
    const mail = await this.database.getRepository(OutgoingMail).findOneBy({ id });
    return mail && this.asEntry(mail);
  }

  private asEntry(mail: OutgoingMail): MailboxEntry {
    const { id, recipient, createdAt } = mail;
    return { id, to: recipient, createdAt, ...renderUserMail(mail.template, mail.data, this.look) };
  }
}
