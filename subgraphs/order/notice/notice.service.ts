import type { DataSource, EntityManager } from 'typeorm';
import type { DomainEvent } from '../../../platform/events';
import { queuedCte, wakeWorkers } from '../../../platform/jobs';
import type { Mailbox, MailboxEntry } from '../../../platform/mail';
import { Notice } from './notice.entity';
import { noticeOf, type NewNotice } from './notice.facts';
import type { NoticeWriter } from './notice.writer';

/** The job that sends one notice. */
export const SEND_NOTICE = 'notice.send';

/** What was told days late, say because mail was away for a weekend, still goes out; older news would only confuse. */
const NEWS_FOR_MS = 3 * 86_400_000;

/** Notes what people are to be told, once for each fact, and has it sent. */
export class NoticeService implements Mailbox {
  constructor(
    private readonly database: DataSource,
    private readonly writer: NoticeWriter,
  ) {}

  /** Takes an event that may be told more than once. */
  async take(event: DomainEvent): Promise<void> {
    const notice = noticeOf(event);
    if (!notice || Date.now() - Date.parse(event.at) > NEWS_FOR_MS) return;
    await this.write(this.database, notice);
  }

  /** In the caller's transaction, if it is in one: the notice goes out if, and only if, it commits, and was not written before. */
  async write(handle: EntityManager | DataSource, { fact, template, subjectKey, data }: NewNotice): Promise<void> {
    await handle.query(WRITE, [fact, template, subjectKey, JSON.stringify(data)]);
  }

  byKey(id: number): Promise<Notice | null> {
    return this.database.getRepository(Notice).findOneBy({ id });
  }

  async settle(id: number, status: 'SENT' | 'REFUSED' | 'DROPPED', reason: string | null): Promise<void> {
    await this.database.query(
      `UPDATE notice SET status = $2, reason = left($3, 500), settled_at = now() WHERE id = $1 AND status <> 'SENT'`,
      [id, status, reason],
    );
  }

  /** Whoever wants no reminders of carts is not asked again. */
  async refuseReminders(userId: number): Promise<void> {
    await this.database.query('INSERT INTO notice_refusal (user_id) VALUES ($1) ON CONFLICT DO NOTHING', [userId]);
  }

  /** Longer than events are told again; what waits is kept until it is sent. */
  async sweep(): Promise<void> {
    await this.database.query(`DELETE FROM notice WHERE settled_at < now() - interval '60 days'`);
  }

  async list(limit: number): Promise<MailboxEntry[]> {
    const notices = await this.database.getRepository(Notice).find({ order: { id: 'DESC' }, take: limit });
    const entries = await Promise.all(notices.map((notice) => this.asEntry(notice)));
    return entries.filter((entry) => entry !== null);
  }

  async byId(id: number): Promise<MailboxEntry | null> {
    const notice = await this.byKey(id);
    return notice && this.asEntry(notice);
  }

  private async asEntry(notice: Notice): Promise<MailboxEntry | null> {
    const { id, createdAt } = notice;
    const letter = await this.writer.write(notice);
    return letter.kind === 'letter' ? { id, createdAt, to: letter.to, ...letter.content } : null;
  }
}

const JOB = `(SELECT jsonb_agg(jsonb_build_object('name', '${SEND_NOTICE}', 'key', id::text, 'payload', jsonb_build_object('noticeId', id)))
  FROM written)`;

const WRITE = `
  WITH written AS (
    INSERT INTO notice (fact, template, subject_key, data) VALUES ($1, $2, $3, $4::jsonb) ON CONFLICT (fact) DO NOTHING RETURNING id
  ), ${queuedCte(JOB)}
  ${wakeWorkers('queued')}`;
