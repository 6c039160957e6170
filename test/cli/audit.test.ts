import { clonedDatabases } from '../support/system';
import { queryOnce } from '../support/database';
import { runMercato } from '../support/system-process';

let url: string;
beforeAll(async () => {
  url = (await clonedDatabases()).order ?? '';
  await queryOnce(
    url,
    `INSERT INTO "order" (number, email, status, payment_status, fulfilment_status, currency, subtotal_amount, total_amount, shipping_address)
     VALUES ('M-AUDI-TED2', 'a@example.com', 'PAID', 'PAID', 'UNFULFILLED', 'EUR', 1, 1, '{}')`,
  );
  for (const action of ['PLACED', 'PAID']) {
    await queryOnce(url, `SELECT audit_append('Order/1', $1)`, [JSON.stringify({ action })]);
  }
});

const verify = (...args: string[]): Promise<string> => runMercato(['audit', 'verify', ...args], { ORDER_DATABASE_URL: url });

test('`mercato audit verify` says that the trail holds, of all orders or of one', async () => {
  expect(await verify()).toContain('2 entries in 1 chains');
  expect(await verify('--order', 'm-audi-ted2')).toContain('the audit trail holds');
  await expect(verify('--order', 'M-NONE-SUCH')).rejects.toThrow('there is no order M-NONE-SUCH');
  await expect(verify('--anchor', 'x')).rejects.toThrow('64 hexadecimal digits');
  await expect(verify('--anchor', `1:${'0'.repeat(64)}`)).rejects.toThrow('anchor 1: is not the one that was kept');
}, 60_000);

test('and ends with code 1 and the first broken link when it does not', async () => {
  await queryOnce(url, 'ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_kept');
  await queryOnce(url, `UPDATE audit_entry SET body = '{}' WHERE sequence = 2`);
  await expect(verify()).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('broken at Order/1, entry 2: was changed'),
  });
}, 30_000);
