import type { DataSource, EntityManager } from 'typeorm';
import type { Mailbox, MailboxEntry } from '../../../platform/mail';
import { OutgoingMail } from './mail.entity';
import { renderUserMail, type MailLook } from './mail.rendering';
import type { MailData, MailTemplate } from './mail.templates';

/** The channel on which a commit that wrote mail wakes the worker. */
export const MAIL_CHANNEL = 'outgoing_mail';

/** Writes mails into the transaction of what they tell of, and shows them again where no SMTP server takes them. */
export class MailService implements Mailbox {
  constructor(
    private readonly database: DataSource,
    private readonly look: MailLook,
  ) {}

  async write<T extends MailTemplate>(tx: EntityManager, template: T, recipient: string, data: MailData[T]): Promise<void> {
    await tx.query(
      `WITH written AS (INSERT INTO outgoing_mail (template, recipient, data) VALUES ($1, $2, $3::jsonb))
       SELECT pg_notify('${MAIL_CHANNEL}', '')`,
      [template, recipient, JSON.stringify(data)],
    );
  }

  /** Forgets all mail to somebody, waiting or dead. */
  async eraseTo(tx: EntityManager, recipient: string): Promise<void> {
    await tx.query('DELETE FROM outgoing_mail WHERE lower(recipient) = lower($1)', [recipient]);
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
