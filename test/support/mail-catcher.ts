import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** An SMTP server of the test's own, which answers every recipient with `refusal` while there is one. */
export class MailCatcher {
  readonly mails: ParsedMail[] = [];
  /** An SMTP code: 4xx is "not now", 5xx is "never". */
  refusal: number | null = null;
  refusals = 0;
  private arrival: (() => void) | null = null;
  private readonly server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (_address, _session, callback) => {
      if (this.refusal === null) return callback();
      this.refusals += 1;
      this.arrival?.();
      callback(Object.assign(new Error('no'), { responseCode: this.refusal }));
    },
    onData: (stream, _session, callback) => {
      void simpleParser(stream).then((mail) => {
        this.mails.push(mail);
        callback();
        this.arrival?.();
      });
    },
  });

  /** Answers the SMTP_URL. */
  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server.server, 'listening');
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  /** Resolves when `seen` holds, looking again at each arrival. */
  async until(seen: () => boolean): Promise<void> {
    while (!seen()) await new Promise<void>((resolve) => (this.arrival = resolve));
  }

  /** The mail to somebody with such a subject, as soon as it is there. */
  async mailTo(address: string, subject: RegExp): Promise<ParsedMail> {
    const find = (): ParsedMail | undefined =>
      this.mails.find((mail) => addressesOf(mail).includes(address) && subject.test(mail.subject ?? ''));
    await this.until(() => find() !== undefined);
    return find() as ParsedMail;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

function addressesOf({ to }: ParsedMail): string[] {
  return [to ?? []].flat().flatMap(({ value }) => value.flatMap(({ address }) => address ?? []));
}
