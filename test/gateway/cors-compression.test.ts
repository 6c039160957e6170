import { get, type IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { testGateway, type TestGateway } from './support/gateway';

const SHOP = 'https://shop.example';
const LONG = '{ __schema { types { name description } } }';

describe('CORS', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await testGateway({ cors: { origins: [SHOP], credentials: true, maxAgeSeconds: 60 } });
  });
  afterAll(() => gateway.stop());

  const preflight = (origin: string): Promise<Response> =>
    fetch(`${gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it('lets browsers ask for pages of allowed origins', async () => {
    const { status, headers } = await preflight(SHOP);
    expect([status, Object.fromEntries(headers)]).toMatchObject([
      204,
      {
        'access-control-allow-origin': SHOP,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'GET, HEAD, POST',
        'access-control-allow-headers': 'authorization,content-type',
        'access-control-max-age': '60',
        vary: 'origin',
      },
    ]);
  });

  it('says nothing of allowing to pages of others', async () => {
    for (const origin of ['https://evil.example', 'https://shop.example.evil', 'http://shop.example', 'null']) {
      const { status, headers } = await preflight(origin);
      expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([204, null, 'origin']);
      const answered = await gateway.query('{ me { name } }', {}, { origin });
      expect(answered.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('lets pages read answers of every kind, refusals too', async () => {
    for (const query of ['{ me { name } }', '{ people { name } }', '{ nothing }']) {
      const { headers } = await gateway.query(query, {}, { origin: SHOP });
      expect(headers.get('access-control-allow-origin')).toBe(SHOP);
      expect(headers.get('access-control-expose-headers')).toContain('x-request-id');
      expect(headers.get('vary')).toContain('origin');
    }
    const refused = await gateway.post('[]', { origin: SHOP });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([400, SHOP]);
  });

  it('is off unless it is set, and may be open to all', async () => {
    const closed = await testGateway();
    const { headers } = await closed.query('{ me { name } }', {}, { origin: SHOP });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    const options = await fetch(`${closed.url}/graphql`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
    await closed.stop();
    const open = await testGateway({ cors: { origins: ['*'], credentials: true, maxAgeSeconds: 60 } });
    const answered = await open.query('{ me { name } }', {}, { origin: 'https://anybody.example' });
    expect(answered.headers.get('access-control-allow-origin')).toBe('*');
    expect(answered.headers.get('access-control-allow-credentials')).toBeNull();
    await open.stop();
  });
});

describe('compression', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await testGateway();
  });
  afterAll(() => gateway.stop());

  /** As it is sent: fetch would unpack it. */
  const raw = async (query: string, encoding: string | null): Promise<{ encoding: string | undefined; body: Buffer }> => {
    const url = `${gateway.url}/graphql?${new URLSearchParams({ query })}`;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url, { headers: encoding === null ? {} : { 'accept-encoding': encoding } }, resolve).on('error', reject);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    expect(response.headers['content-length']).toBe(String(body.length));
    return { encoding: response.headers['content-encoding'], body };
  };

  it.each<[string, string | undefined, (body: Buffer) => Buffer]>([
    ['br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['br;q=0.1, gzip;q=0.9', 'gzip', gunzipSync],
    ['br;q=0, *', 'gzip', gunzipSync],
    ['deflate', undefined, (body) => body],
    ['identity', undefined, (body) => body],
  ])('of what is long, for %s by %s', async (accept, encoding, unpack) => {
    const plain = await raw(LONG, null);
    expect(plain.encoding).toBeUndefined();
    const sent = await raw(LONG, accept);
    expect(sent.encoding).toBe(encoding);
    const dataOf = (body: Buffer): unknown => (JSON.parse(String(body)) as { data: unknown }).data;
    expect(dataOf(unpack(sent.body))).toEqual(dataOf(plain.body));
    if (encoding) expect(sent.body.length).toBeLessThan(plain.body.length / 2);
  });

  it('of nothing that is short', async () => {
    expect((await raw('{ me { name } }', 'br')).encoding).toBeUndefined();
  });
});
