import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keysOver } from '../../cli/compose/published-keys';

describe('keys of access tokens that another process publishes', () => {
  const keys = { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'k1' }] };
  let answer: { status: number; body: unknown };
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });
  const source = () => keysOver(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`));

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  it.each([
    ['an error', { status: 500, body: { error: 'internal error' } }, 'status 500'],
    ['an error that looks like keys', { status: 503, body: keys }, 'status 503'],
    ['something else', { status: 200, body: { error: 'x' } }, 'expected array'],
    ['no key', { status: 200, body: { keys: [] } }, 'Too small'],
  ])('are not taken from %s', async (_name, given, problem) => {
    answer = given;
    await expect(source().read()).rejects.toThrow(problem);
  });

  it('make the process ready when they were read once, and for good', async () => {
    const { read, readOnce } = source();
    answer = { status: 500, body: {} };
    await expect(readOnce()).rejects.toThrow('status 500');
    answer = { status: 200, body: keys };
    await readOnce();
    expect(await read()).toEqual(keys);
    const before = asked;
    await readOnce();
    expect(asked).toBe(before);
  });
});
