import { testGateway, type TestGateway } from './support/gateway';

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('GraphiQL', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await testGateway();
  });
  afterAll(() => gateway.stop());

  it('is what a browser sees at the endpoint, with every file from this server', async () => {
    const response = await fetch(`${gateway.url}/graphql`, { headers: BROWSER });
    const page = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    const files = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file);
    expect(files).toHaveLength(6);
    expect(page).not.toMatch(/https?:\/\//);
    for (const file of files) {
      const asset = await fetch(`${gateway.url}${file}`);
      expect([file, asset.status, (await asset.text()).length > 50]).toEqual([file, 200, true]);
      const again = await fetch(`${gateway.url}${file}`, { headers: { 'if-none-match': asset.headers.get('etag') ?? '' } });
      expect(again.status).toBe(304);
    }
  });

  it('opens with the query of a link, which the endpoint answers only to clients that ask for data', async () => {
    const link = `${gateway.url}/graphql?query={__typename}`;
    expect(await (await fetch(link, { headers: BROWSER })).text()).toContain('id="graphiql"');
    const headers = { accept: 'application/json, text/html', 'apollo-require-preflight': '1' };
    expect(await (await fetch(link, { headers })).json()).toMatchObject({ data: { __typename: 'Query' } });
  });

  it('is not there without introspection', async () => {
    const closed = await testGateway({ environment: 'production', introspection: false });
    expect((await fetch(`${closed.url}/graphql`, { headers: BROWSER })).status).toBe(404);
    expect((await fetch(`${closed.url}/graphiql/graphiql.js`)).status).toBe(404);
    await closed.stop();
  });
});
