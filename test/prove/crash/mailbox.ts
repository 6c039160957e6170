import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail server that keeps what arrives. */
export interface Mailbox {
  readonly url: string;
  /** Different mails to an address, by their `Message-ID`: one that was sent twice counts once. */
  mailsTo(address: string): readonly string[];
  readonly received: number;
  stop(): Promise<void>;
}

export async function startMailbox(): Promise<Mailbox> {
  const mails = new Map<string, Map<string, string>>();
  let received = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, { envelope }, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        received += 1;
        const text = Buffer.concat(parts).toString();
        const id = /^message-id:\s*(\S+)/im.exec(text)?.[1] ?? `none-${received}`;
        const to = envelope.rcptTo[0]?.address ?? '';
        mails.set(to, (mails.get(to) ?? new Map<string, string>()).set(id, text));
        done();
      });
    },
  });
  // Workers die in the middle of a mail.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mailsTo: (address) => [...(mails.get(address)?.values() ?? [])],
    get received() {
      return received;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
