import { randomUUID } from 'node:crypto';
import { globalId } from '../../platform/federation';
import { renderMail } from '../../platform/mail';
import { hurry, jobsOf, untilJob } from '../support/jobs';
import { MailCatcher } from '../support/mail-catcher';
import { until } from '../support/until';
import { add, change, place, type OrderData } from './support/operations';
import { guest, newCustomer, newKey, openShop, staff, type Shop } from './support/shop';

const PARCEL = { carrier: 'PostNL', trackingNumber: '3SABC1', trackingUrl: 'https://postnl.example/3SABC1?a=1&b=2' };

let catcher: MailCatcher;
let shop: Shop;
let stopWork: () => Promise<void>;

beforeAll(async () => {
  catcher = new MailCatcher();
  const smtpUrl = await catcher.start();
  shop = await openShop({
    smtpUrl,
    publicUrl: 'https://shop.example',
    mailFrom: 'Lamps & Co <shop@lamps.example>',
    logLevel: 'silent',
  });
  const work = await shop.startWork();
  stopWork = () => work.stop();
});

afterAll(async () => {
  await stopWork();
  await shop.close();
  await catcher.stop();
});

/** A guest's order, which tells its mails apart by an address of its own. */
async function order(more: Record<string, unknown> = {}): Promise<OrderData & { email: string; guestToken: string | null }> {
  const lamp = await shop.addVariant({ name: 'A <b>lamp</b>', price: '20.00' });
  const { guestToken } = await add(shop, guest(null), lamp.id, 2);
  const email = `${randomUUID()}@example.com`;
  const { order: placed, errors } = await place(shop, guest(guestToken), newKey(), { email, ...more });
  if (!placed) throw new Error(`not ordered: ${JSON.stringify(errors)}`);
  return { ...placed, email, guestToken };
}

async function shipped(more: Record<string, unknown> = {}) {
  const placed = await order(more);
  await change(shop, staff, 'packOrder', { orderId: placed.id });
  await change(shop, staff, 'shipOrder', { orderId: placed.id, ...PARCEL });
  return placed;
}

const mailsTo = (email: string): number => catcher.mails.filter(({ to }) => JSON.stringify(to).includes(email)).length;

describe('mails about an order', () => {
  it('tell what was bought for how much and where it goes, in HTML and in text', async () => {
    const placed = await order();
    const mail = await catcher.mailTo(placed.email, /We have your order/);
    expect(mail.subject).toContain(placed.number);
    expect(mail.from?.value).toEqual([{ address: 'shop@lamps.example', name: 'Lamps & Co' }]);
    expect(mail.messageId).toBe(`<${placed.id}.1@lamps.example>`);
    for (const part of [mail.text ?? '', mail.html || '']) {
      expect(part).toContain('€40.00');
      expect(part).toContain(`€${placed.totalAmount.amount}`);
      expect(part).toContain('Kade 1');
      expect(part).toContain(`https://shop.example/orders/${placed.number}`);
    }
    expect(mail.text).toContain('2 x A <b>lamp</b>, Red');
    expect(mail.html).toContain('A &#60;b&#62;lamp');
    expect(mail.html).not.toContain('<b>lamp');
    expect(mail.headers.get('list')).toBeUndefined();
  });

  it('give the parcel to follow, say when it arrived, and when money came back', async () => {
    const placed = await shipped();
    const mail = await catcher.mailTo(placed.email, /is on its way/);
    expect(mail.html).toContain('https://postnl.example/3SABC1?a=1&#38;b=2');
    expect(mail.text).toContain('Follow the parcel: https://postnl.example/3SABC1?a=1&b=2');
    await change(shop, staff, 'deliverOrder', { orderId: placed.id });
    await catcher.mailTo(placed.email, /has arrived/);
    await change(shop, staff, 'refundOrder', { orderId: placed.id, reason: 'Broken' });
    const refund = await catcher.mailTo(placed.email, /sent .* back to you/);
    expect(refund.subject).toContain(`€${placed.totalAmount.amount}`);
  });

  it('say that it was cancelled, and why when it was us', async () => {
    const [theirs, ours] = [await order(), await order()];
    await change(shop, staff, 'cancelOrder', { orderId: ours.id, reason: 'The <lamp> broke in our hands' });
    const mail = await catcher.mailTo(ours.email, /was cancelled/);
    expect(mail.text).toContain('The <lamp> broke in our hands');
    await change(shop, guest(theirs.guestToken), 'cancelOrder', { orderId: theirs.id, reason: 'I found my old one' });
    const answer = await catcher.mailTo(theirs.email, /was cancelled/);
    expect(answer.text).toContain('As you asked');
    expect(answer.text).not.toContain('I found my old one');
  });

  it('come once, however often the event is told', async () => {
    const placed = await order();
    await catcher.mailTo(placed.email, /We have your order/);
    const [row] = await shop.order.query<{ event_id: string; data: object; created_at: Date }>(
      `SELECT event_id, data, created_at FROM outbox WHERE type = 'order.placed' AND key = $1`,
      [placed.id],
    );
    const event = { id: row?.event_id ?? '', type: 'order.placed', key: placed.id, touches: [], at: new Date().toISOString() };
    await shop.bus.publish([1, 2, 3].map(() => ({ ...event, data: { ...row?.data } })));
    const later = await order();
    await catcher.mailTo(later.email, /We have your order/);
    expect(mailsTo(placed.email)).toBe(1);
  });

  it('are sent later when the server says "not now", and are dead letters when it says "never"', async () => {
    catcher.refusal = 451;
    const placed = await order();
    await untilJob(shop.order, `name = 'notice.send' AND state = 'retry'`);
    catcher.refusal = null;
    await hurry(shop.order, 'notice.send');
    await catcher.mailTo(placed.email, /We have your order/);
    const before = catcher.refusals;
    catcher.refusal = 550;
    await order();
    await until(
      () => jobsOf(shop.order, 'dead-letter'),
      (dead) => dead.some(({ source_name }) => source_name === 'notice.send'),
    );
    catcher.refusal = null;
    expect(catcher.refusals).toBe(before + 1);
    expect(await shop.order.query(`SELECT reason FROM notice WHERE status = 'REFUSED'`)).toEqual([
      { reason: expect.stringContaining('550') as string },
    ]);
  });

  it('are not written to an account that was erased', async () => {
    const customer = newCustomer();
    const lamp = await shop.addVariant();
    await add(shop, customer, lamp.id);
    catcher.refusal = 451;
    const { order: placed } = await place(shop, customer, newKey());
    await untilJob(shop.order, `name = 'notice.send' AND state = 'retry'`);
    await shop.order.query(`UPDATE "order" SET email = 'erased@example.invalid' WHERE number = $1`, [placed?.number]);
    catcher.refusal = null;
    await hurry(shop.order, 'notice.send');
    const settled = await until(
      () => shop.order.query<{ status: string }>('SELECT status FROM notice WHERE fact LIKE $1', [`${placed?.id}.%`]),
      ([notice]) => notice?.status !== 'WAITING',
    );
    expect(settled).toMatchObject([{ status: 'DROPPED' }]);
  });
});

describe('a cart that was left behind', () => {
  it('is recalled once, with a link that ends reminders at once', async () => {
    const customer = newCustomer();
    const lamp = await shop.addVariant({ name: 'A forgotten lamp' });
    const { cart } = await add(shop, customer, lamp.id);
    const tell = () => abandoned(cart?.id ?? '');
    await tell();
    const mail = await catcher.mailTo(await emailOf(customer.userId), /left something/);
    await tell();
    expect(mail.text).toContain('A forgotten lamp');
    const link = /https:\/\/shop\.example\/unsubscribe\?token=([\w.%-]+)/.exec(mail.text ?? '');
    expect(mail.headers.get('list')).toMatchObject({ unsubscribe: { url: link?.[0] } });
    expect(mail.headerLines.find(({ key }) => key === 'list-unsubscribe-post')?.line).toContain('List-Unsubscribe=One-Click');
    const token = decodeURIComponent(link?.[1] ?? '');
    expect(await stop(`${token.slice(0, -1)}_`)).toBe(false);
    expect(await stop(token)).toBe(true);
    // Another cart of the same customer.
    await place(shop, customer, newKey());
    const { cart: next } = await add(shop, customer, lamp.id);
    await abandoned(next?.id ?? '');
    await until(
      () =>
        shop.order.query<{ status: string; reason: string }>('SELECT status, reason FROM notice WHERE fact = $1', [
          `${next?.id}.abandoned`,
        ]),
      ([notice]) => notice?.status === 'DROPPED',
    );
    expect(catcher.mails.filter(({ subject }) => /left something/.test(subject ?? ''))).toHaveLength(1);
  });

  it('is not recalled when it was ordered meanwhile', async () => {
    const customer = newCustomer();
    const lamp = await shop.addVariant();
    const { cart } = await add(shop, customer, lamp.id);
    await place(shop, customer, newKey());
    await abandoned(cart?.id ?? '');
    const [notice] = await until(
      () =>
        shop.order.query<{ status: string; reason: string }>('SELECT status, reason FROM notice WHERE fact = $1', [
          `${cart?.id}.abandoned`,
        ]),
      ([each]) => each !== undefined && each.status !== 'WAITING',
    );
    expect(notice?.status).toBe('DROPPED');
  });

  async function abandoned(cartId: string): Promise<void> {
    const event = { id: randomUUID(), type: 'cart.abandoned', key: cartId, touches: [], at: new Date().toISOString() };
    await shop.bus.publish([{ ...event, data: { cartId } }]);
  }

  async function emailOf(userId: number | null): Promise<string> {
    return `${globalId('User', userId ?? 0)}@example.com`;
  }

  async function stop(token: string): Promise<boolean> {
    const query = 'mutation ($input: StopCartRemindersInput!) { stopCartReminders(input: $input) { isStopped } }';
    const { stopCartReminders } = await shop.data<{ stopCartReminders: { isStopped: boolean } }>(
      query,
      { input: { token } },
      guest(null),
    );
    return stopCartReminders.isStopped;
  }
});

describe('without a mail server', () => {
  it('mails can be looked at', async () => {
    const quiet = await openShop();
    const work = await quiet.startWork();
    try {
      const customer = newCustomer();
      const lamp = await quiet.addVariant({ name: 'A quiet lamp' });
      await add(quiet, customer, lamp.id);
      await place(quiet, customer, newKey());
      const [mail] = await until(
        async () => (await quiet.mailbox?.list(10)) ?? [],
        (mails) => mails.length > 0,
      );
      expect(mail).toMatchObject({ subject: expect.stringContaining('We have your order') as string });
      expect(mail?.html).toContain('A quiet lamp');
      expect(await quiet.mailbox?.byId(mail?.id ?? 0)).toMatchObject({ to: mail?.to });
    } finally {
      await work.stop();
      await quiet.close();
    }
  });
});

describe('the layout', () => {
  it('lets nothing out of its place', () => {
    const nasty = `"><script>alert(1)</script>'&`;
    const mail = renderMail(
      {
        subject: `${nasty}\nBcc: evil@example.com`,
        preheader: nasty,
        blocks: [
          { kind: 'text', text: nasty },
          { kind: 'heading', text: nasty },
          {
            kind: 'goods',
            goods: [{ name: nasty, detail: nasty, quantity: 1, amount: nasty, imageUrl: 'https://a.example/"x' }],
          },
          { kind: 'sums', sums: [{ label: nasty, amount: nasty }] },
          { kind: 'facts', facts: [{ label: nasty, lines: [nasty], url: 'https://a.example/?"' }] },
          { kind: 'note', text: nasty, link: { label: nasty, url: 'https://a.example/' } },
          { kind: 'button', label: nasty, url: 'https://a.example/"' },
        ],
      },
      `${nasty} <shop@example.com>`,
    );
    expect(mail.html).not.toContain('<script>');
    expect(mail.html).not.toMatch(/="[^"]*"[^\s>/]/);
    expect(mail.subject).not.toContain('\n');
  });
});
