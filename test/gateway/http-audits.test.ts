import { serverAudits } from 'graphql-http';
import { testGateway, type TestGateway } from './support/gateway';

/** The public audits of the GraphQL over HTTP specification, each by its id, against the gateway as any client meets it. */
describe('audits of GraphQL over HTTP', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await testGateway();
  });
  afterAll(() => gateway.stop());

  const audits = serverAudits({ url: () => `${gateway.url}/graphql`, fetchFn: fetch });

  it('are as many as we know', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
    const result = await audit.fn();
    expect({ status: result.status, reason: 'reason' in result ? result.reason : null }).toEqual({ status: 'ok', reason: null });
  });
});
