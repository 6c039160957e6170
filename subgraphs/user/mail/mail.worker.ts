import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { dedicatedClient } from '../../../platform/db';
import { createMailTransport, type MailTransport } from '../../../platform/mail';
import type { Logger } from '../../../platform/observability';
import { renderUserMail } from './mail.rendering';
import { MAIL_CHANNEL } from './mail.service';

const POLL_MS = 5_000;
const MAX_ATTEMPTS = 10;
/** How long a worker has a mail for itself, longer than sending one takes; when it dies, another takes the mail up after this. */
const LEASE_SECONDS = 120;

export interface MailWorkerOptions {
  readonly databaseUrl: string;
  readonly smtpUrl: string;
  readonly from: string;
  readonly publicUrl: string;
  readonly logger: Logger;
}

interface DueMail {
  readonly id: number;
  readonly template: string;
  readonly recipient: string;
  readonly data: Record<string, string>;
  readonly attempts: number;
}

/**
 * Sends waiting mails, each by one worker at a time, with growing pauses after failures and ten attempts at most. A
 * crash between the server's "accepted" and our note of it sends a mail twice, never not at all.
 */
export function startMailWorker(options: MailWorkerOptions): { stop(): Promise<void> } {
  const ended = new AbortController();
  const running = workUntilEnded(options, ended.signal);
  return {
    stop: async () => {
      ended.abort();
      await running;
    },
  };
}

async function workUntilEnded(options: MailWorkerOptions, signal: AbortSignal): Promise<void> {
  const transport = createMailTransport(options);
  while (!signal.aborted) {
    const client = dedicatedClient(options.databaseUrl, 'mercato-mail');
    try {
      await client.connect();
      await client.query(`LISTEN ${MAIL_CHANNEL}`);
      await sendWhatIsDue(client, transport, options, signal);
    } catch (error) {
      if (!signal.aborted) {
        options.logger.warn({ err: error }, 'mail worker interrupted, trying again');
        await pause(POLL_MS, signal);
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  transport.close();
}

async function sendWhatIsDue(
  client: pg.Client,
  transport: MailTransport,
  options: MailWorkerOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // Armed before the query: a mail that is committed between query and pause ends the pause at once.
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    client.once('notification', wake);
    client.once('end', wake);
    // One at a time: the lease of a second one would run while the server is slow with the first.
    const mail = await takeDue(client);
    if (mail) await sendOne(client, transport, mail, options);
    else await pause(POLL_MS, AbortSignal.any([signal, woken.signal]));
    client.off('notification', wake);
    client.off('end', wake);
  }
}

async function takeDue(client: pg.Client): Promise<DueMail | null> {
  const { rows } = await client.query<DueMail>({
    name: 'mail-take',
    text: `UPDATE outgoing_mail SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $1)
      WHERE id IN (
        SELECT id FROM outgoing_mail WHERE dead_at IS NULL AND next_attempt_at <= now()
        ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED
      ) RETURNING id, template, recipient, data, attempts`,
    values: [LEASE_SECONDS],
  });
  return rows[0] ?? null;
}

async function sendOne(client: pg.Client, transport: MailTransport, mail: DueMail, options: MailWorkerOptions): Promise<void> {
  try {
    const content = renderUserMail(mail.template, mail.data, options);
    const outcome = await transport.send({ to: mail.recipient, content, reference: `user.${mail.id}` });
    if (outcome.kind === 'refused') return await giveUp(client, mail, outcome.reason, options.logger);
  } catch (error) {
    options.logger.warn({ err: error, mail: mail.id, attempt: mail.attempts }, 'a mail was not sent');
    await client.query(
      `UPDATE outgoing_mail SET last_error = left($2, 500), next_attempt_at = now() + make_interval(secs => $3),
         dead_at = CASE WHEN attempts >= $4 THEN now() END WHERE id = $1`,
      [mail.id, String(error), backOffSeconds(mail.attempts), MAX_ATTEMPTS],
    );
    return;
  }
  // It may hold a token, and says to whom we wrote: nobody needs to read it here afterwards.
  await client.query('DELETE FROM outgoing_mail WHERE id = $1', [mail.id]);
  options.logger.info({ mail: mail.id, template: mail.template }, 'mail sent');
}

/** The server will never take it: kept, for whoever wonders why nothing came. */
async function giveUp(client: pg.Client, mail: DueMail, reason: string, logger: Logger): Promise<void> {
  logger.warn({ mail: mail.id, reason }, 'a mail was refused for good');
  await client.query(`UPDATE outgoing_mail SET last_error = left($2, 500), dead_at = now() WHERE id = $1`, [mail.id, reason]);
}

/** 5 s, 10 s, 20 s, ... up to an hour. */
function backOffSeconds(attempts: number): number {
  return Math.min(3_600, 5 * 2 ** (attempts - 1));
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}
