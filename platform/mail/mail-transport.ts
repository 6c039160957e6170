import type { Transporter } from 'nodemailer';
import type { RenderedMail } from './mail-content';

export interface OutgoingMessage {
  readonly to: string;
  readonly content: RenderedMail;
  /** The same text for the same mail: one that is sent twice after a crash is recognised by its Message-ID. */
  readonly reference: string;
  /** Where to say that one wants no more of these: a page, which also takes a bare POST (RFC 8058). */
  readonly unsubscribeUrl?: string;
}

/** What a mail server made of a mail. `refused`: it will not take this one, ever; trying again only annoys it. */
export type MailOutcome = { readonly kind: 'sent' } | { readonly kind: 'refused'; readonly reason: string };

export interface MailTransport {
  /** @throws when the server cannot be reached or says "not now": try again later */
  send(message: OutgoingMessage): Promise<MailOutcome>;
  close(): void;
}

/** Sends by SMTP. Opens nothing, and loads nothing, before the first mail. */
export function createMailTransport(options: { readonly smtpUrl: string; readonly from: string }): MailTransport {
  let transport: Transporter | null = null;
  return {
    send: async ({ to, content, reference, unsubscribeUrl }) => {
      try {
        transport ??= openTransport(options.smtpUrl);
        await transport.sendMail({
          from: options.from,
          // As an object: an address in text could name several recipients.
          to: { name: '', address: to },
          ...content,
          messageId: messageIdOf(reference, options.from),
          headers: { 'Auto-Submitted': 'auto-generated', ...(unsubscribeUrl ? unsubscribeHeaders(unsubscribeUrl) : {}) },
        });
        return { kind: 'sent' };
      } catch (error) {
        if (!isRefusedForGood(error)) throw error;
        return { kind: 'refused', reason: error.message };
      }
    },
    close: () => transport?.close(),
  };
}

function openTransport(url: string): Transporter {
  const { createTransport } = require('nodemailer') as typeof import('nodemailer');
  return createTransport({ url, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 });
}

/** `<order.placed.ord_000000001.1@mercato.example>` */
export function messageIdOf(reference: string, from: string): string {
  const domain = /@([\w.-]+)/.exec(from)?.[1] ?? 'mercato.example';
  return `<${reference.replace(/[^\w.-]+/g, '.')}@${domain}>`;
}

function unsubscribeHeaders(url: string): Record<string, string> {
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}

/**
 * A 5xx to the recipient or the content is about this mail. One to the greeting, the log-in or the sender is about our
 * set-up: whoever mends that wants the mail to go out.
 */
function isRefusedForGood(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { responseCode, command, code } = error as Error & { responseCode?: number; command?: string; code?: string };
  if (responseCode === undefined) return code === 'EENVELOPE';
  return responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA');
}
