import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { Storefront } from '../support/storefront';
import { startSystem, type TestSystem } from '../support/system';
import { kill, pause, processOf } from './support/system-parts';
import { until } from '../support/until';

const received: { to: string; text: string }[] = [];
let server: SMTPServer;
let system: TestSystem;
let shop: Storefront;
beforeAll(async () => {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        received.push({ to: session.envelope.rcptTo[0]?.address ?? '', text: Buffer.concat(parts).toString() });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  system = await startSystem({ processes: true, redis: 'own', environment: { SMTP_URL: `smtp://127.0.0.1:${port}` } });
  shop = new Storefront(system.url, system.databases);
}, 120_000);
afterAll(async () => {
  await system?.stop();
  await new Promise<void>((resolve) => server.close(resolve));
});

// The worker hangs while things happen, so that nothing of them is begun, and is then killed.
test('what waits while the worker is away is done by the next one: mail is sent, erasure reaches orders', async () => {
  const worker = processOf(system, 'work');
  const leaving = await shop.signUp();
  const ware = await shop.addWare({ name: 'Lamp' });
  const order = await shop.buy(leaving, ware);
  await until(
    async () => received.filter(({ to }) => to === leaving.email).length,
    (count) => count > 0,
  );

  pause(worker);
  const email = `${randomUUID()}@example.com`;
  await shop.ask(
    'mutation Register($input: RegisterAccountInput!) { registerAccount(input: $input) { errors { __typename } } }',
    {
      input: { email, name: 'Grace Hopper', password: 'a long enough passphrase' },
    },
  );
  await erase(leaving.token, leaving.password);
  expect(received.map(({ to }) => to)).not.toContain(email);

  kill(worker);
  await until(
    async () => received.map(({ to }) => to),
    (recipients) => recipients.includes(email),
  );
  await until(
    () => emailOf(order.number),
    (kept) => kept === 'erased@example.invalid',
  );
  expect(processOf(system, 'work')).not.toBe(worker);
}, 120_000);

// Redis keeps nothing over its death, so what was handed to it and not yet done must come from the database again.
test('an erasure that Redis had taken when it died still reaches the orders', async () => {
  const leaving = await shop.signUp();
  const order = await shop.buy(leaving, await shop.addWare());
  const relayed = (): Promise<number> =>
    shop
      .sql<{ count: number }>(
        'user',
        `SELECT count(*)::int AS count FROM outbox, outbox_head WHERE type = 'account.erased' AND position <= told`,
      )
      .then(([row]) => row?.count ?? 0);
  const before = await relayed();
  // Its orders cannot be reached, so that the event is handed over and waits.
  await shop.sql('order', 'ALTER TABLE handled_event RENAME TO handled_event_away');
  await erase(leaving.token, leaving.password);
  await until(relayed, (count) => count > before);
  await system.redis?.kill();
  kill(processOf(system, 'work'));
  await shop.sql('order', 'ALTER TABLE handled_event_away RENAME TO handled_event');
  await system.redis?.start();
  await until(
    () => emailOf(order.number),
    (kept) => kept === 'erased@example.invalid',
    40_000,
  );
}, 120_000);

async function erase(token: string, password: string): Promise<void> {
  const { eraseMyAccount } = await shop.ask<{ eraseMyAccount: { errors: unknown[] } }>(
    'mutation Erase($input: EraseMyAccountInput!) { eraseMyAccount(input: $input) { errors { __typename } } }',
    { input: { password } },
    { token },
  );
  expect(eraseMyAccount.errors).toEqual([]);
}

async function emailOf(orderNumber: string): Promise<string | undefined> {
  const [row] = await shop.sql<{ email: string }>('order', 'SELECT email FROM "order" WHERE number = $1', [orderNumber]);
  return row?.email;
}
