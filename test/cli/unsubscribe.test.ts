import { unsubscribeRoutes } from '../../cli/compose/unsubscribe';
import type { SubgraphClient, SubgraphRequest } from '../../platform/federation';
import { startHttpServer, type RunningHttpServer } from '../../platform/http';

describe('the page behind the link in reminders', () => {
  const asked: SubgraphRequest[] = [];
  const order: SubgraphClient = {
    name: 'order',
    execute: async (request) => {
      asked.push(request);
      const { token } = (request.variables as { input: { token: string } }).input;
      return { data: { stopCartReminders: { isStopped: token === 'good' } } };
    },
    subscribe: () => {
      throw new Error('not here');
    },
  };
  let server: RunningHttpServer;

  beforeAll(async () => {
    server = await startHttpServer(unsubscribeRoutes(order), { host: '127.0.0.1', port: 0 });
  });

  afterAll(() => server.stop(0));

  const call = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init);

  it('asks first, since programs follow links too', async () => {
    const page = await (await call('/unsubscribe?token=%22%3E%3Cscript%3E')).text();
    expect(page).toContain('<form method="post"');
    expect(page).not.toContain('<script>');
    expect(asked).toHaveLength(0);
  });

  it('ends reminders by the bare POST of a mail program', async () => {
    const answer = await call('/unsubscribe?token=good', { method: 'POST', body: 'List-Unsubscribe=One-Click' });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('no more reminders')]);
    expect((await call('/unsubscribe?token=bad', { method: 'POST' })).status).toBe(404);
    expect((await call('/unsubscribe', { method: 'POST' })).status).toBe(404);
  });
});
