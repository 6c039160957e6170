import { isPublicAddress, lookupPublic } from '../../platform/http';
import { createWebhookSender } from '../../subgraphs/order/webhook';
import { startReceiver } from '../support/http-receiver';
import { openShop, staff } from './support/shop';

const CREATE = `mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) {
  endpoint { id } errors { __typename ... on UserError { path } } } }`;

describe('private addresses', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '::1',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '[::1]',
    'no address',
  ])('%s is one', (address) => expect(isPublicAddress(address)).toBe(false));

  it.each(['1.1.1.1', '172.32.0.1', '2606:4700:4700::1111'])('%s is none', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );

  it('are refused when they are registered', async () => {
    const guarded = await openShop({ environment: 'production', subgraphSigningKey: 'k'.repeat(32) });
    try {
      for (const url of [
        'http://hooks.example/',
        'https://10.0.0.1/',
        'https://[::1]/',
        'https://localhost/',
        'https://a:b@hooks.example/',
        'https://2130706433/',
        'ftp://hooks.example/',
        'nonsense',
      ]) {
        const input = { url, topics: ['ORDER_PLACED'] };
        const { createWebhookEndpoint } = await guarded.data<{ createWebhookEndpoint: { errors: object[] } }>(
          CREATE,
          { input },
          staff,
        );
        expect(createWebhookEndpoint).toMatchObject({
          endpoint: null,
          errors: [{ __typename: 'WebhookUrlRefused', path: ['input', 'url'] }],
        });
      }
    } finally {
      await guarded.close();
    }
  });

  it('are refused when a name leads there, and when they are called', async () => {
    const lookedUp = await new Promise((resolve) => lookupPublic('localhost', { all: true }, (error) => resolve(error?.message)));
    expect(lookedUp).toBe('localhost is no public address');
    const receiver = await startReceiver();
    const guarded = createWebhookSender({ isGuarded: true, timeoutMs: 2_000 });
    const open = createWebhookSender({ isGuarded: false, timeoutMs: 2_000 });
    try {
      const { port } = new URL(receiver.url);
      for (const host of ['localhost', '127.0.0.1', '[::ffff:127.0.0.1]']) {
        const attempt = await guarded.send(`http://${host}:${port}/`, {}, '{}');
        expect(attempt).toMatchObject({
          isDelivered: false,
          responseStatus: null,
          error: expect.stringContaining('no public address') as string,
        });
      }
      expect(receiver.requests).toEqual([]);
      // The control: without the guard the same name is reached.
      expect(await open.send(`http://127.0.0.1:${port}/`, {}, '{}')).toMatchObject({ isDelivered: true });
    } finally {
      await guarded.close();
      await open.close();
      await receiver.stop();
    }
  });
});
