import { get } from 'node:http';
import { mailboxRoutesOf } from '../../cli/compose/subgraphs';
import type { Resources } from '../../cli/compose/resources';
import { readSettings } from '../../platform/config';
import { startHttpServer } from '../../platform/http';
import { renderUserMail } from '../../subgraphs/user/mail/mail.rendering';
import { untilJob } from '../support/jobs';
import { MailCatcher } from '../support/mail-catcher';
import { ask, openUserSubgraph, PASSWORD, person, type UserUnderTest } from './support/people';

describe('mail', () => {
  it('goes out by SMTP soon after the commit, and leaves nothing behind', async () => {
    const catcher = new MailCatcher();
    const user = await openUserSubgraph({ settings: { smtpUrl: await catcher.start(), publicUrl: 'https://shop.example' } });
    const work = await user.module.startWork();
    try {
      const ada = await person(user, { name: 'Ada <script>' });
      await catcher.until(() => catcher.mails.length === 1);
      const [mail] = catcher.mails;
      expect(mail?.subject).toBe('Please confirm your e-mail address');
      expect(mail?.to).toMatchObject({ value: [{ address: ada.email }] });
      expect(mail?.text).toMatch(/https:\/\/shop\.example\/verify-email\?token=[\w-]{43}\n/);
      expect(mail?.html).toContain('Ada &#60;script&#62;');
      await work.stop();
      expect(await user.module.mailbox.list(10)).toEqual([]);
    } finally {
      await work.stop();
      await user.close();
      await catcher.stop();
    }
  });

  it('is sent later when the server refuses, once each by two workers, and given up after ten attempts', async () => {
    const catcher = new MailCatcher();
    const user = await openUserSubgraph({ settings: { smtpUrl: await catcher.start(), logLevel: 'silent' } });
    catcher.refusal = 451;
    const works = [await user.module.startWork(), await user.module.startWork()];
    try {
      const ada = await person(user);
      await person(user);
      await untilJob(user.database, `name = 'mail.send' AND state = 'retry' HAVING count(*) = 2`);
      catcher.refusal = null;
      await user.database.query(
        `UPDATE pgboss.job_common j SET start_after = now() FROM outgoing_mail m WHERE m.id = (j.data->>'mailId')::int AND m.recipient = $1`,
        [ada.email],
      );
      await catcher.until(() => catcher.mails.length === 1);
      expect(catcher.mails.map((mail) => mail.to)).toMatchObject([{ value: [{ address: ada.email }] }]);
      catcher.refusal = 451;
      await user.database.query(`UPDATE pgboss.job_common SET retry_count = 8, start_after = now() WHERE state = 'retry'`);
      await untilJob(user.database, `name = 'dead-letter' AND source_name = 'mail.send' AND source_retry_count = 9`);
      expect(await user.module.mailbox.list(10)).toHaveLength(1);
    } finally {
      await Promise.all(works.map((work) => work.stop()));
      await user.close();
      await catcher.stop();
    }
  });

  it('to an account that is erased is forgotten, also what was said of it when it could not be sent', async () => {
    const user = await openUserSubgraph();
    try {
      const ada = await person(user);
      await user.database.query(`UPDATE pgboss.job_common SET name = 'dead-letter', source_name = name WHERE name = 'mail.send'`);
      const input = { password: PASSWORD };
      const erase = 'mutation ($input: EraseMyAccountInput!) { eraseMyAccount(input: $input) { errors { __typename } } }';
      expect(await ask(user, erase, { input }, ada.viewer)).toEqual({ eraseMyAccount: { errors: [] } });
      const left = await user.database.query<{ data: object }>(`SELECT data FROM pgboss.job_common WHERE name = 'dead-letter'`);
      expect(left).toEqual([]);
    } finally {
      await user.close();
    }
  });

  it('can be looked at in the dev mailbox, and nowhere in production', async () => {
    const user = await openUserSubgraph();
    const server = await startHttpServer(routesFor(user, 'test'), { host: '127.0.0.1', port: 0 });
    try {
      const ada = await person(user, { name: '<b>Ada' });
      await ask(user, 'mutation ($e: String!) { requestPasswordReset(input: { email: $e }) { isAccepted } }', { e: ada.email });
      const page = async (path: string) => (await fetch(`http://127.0.0.1:${server.port}${path}`)).text();
      const list = await page('/dev/mailbox');
      expect(list).toContain(ada.email);
      const [found = ''] = /\/dev\/mailbox\/mail\?box=user&amp;id=\d+/.exec(list) ?? [];
      const link = found.replace('&amp;', '&');
      const mail = await page(link);
      expect(mail).toContain('/reset-password?token=');
      expect(mail).not.toContain('<b>Ada');
      expect(await page('/dev/mailbox/mail?box=user&id=999999')).toContain('no such mail');
      expect(await page('/dev/mailbox/mail?box=user&id=x')).toContain('no such mail');
      expect(await page('/dev/mailbox/mail?box=__proto__&id=1')).toContain('no such mail');
      const statusFor = (headers: Record<string, string>): Promise<number | undefined> =>
        new Promise((resolve, reject) => {
          const { port } = server;
          get({ port, path: link, headers }, (response) => resolve(response.resume().statusCode)).on('error', reject);
        });
      expect(await statusFor({ host: `localhost:${server.port}` })).toBe(200);
      expect(await statusFor({ host: 'rebound.example' })).toBe(403);
      expect(await statusFor({ host: 'localhost', 'x-forwarded-for': '203.0.113.9' })).toBe(403);
    } finally {
      await server.stop(0);
      await user.close();
    }
    expect(routesFor(user, 'production')).toEqual({});
  });

  it('links to the public URL and takes no line break into the subject', () => {
    const look = { publicUrl: 'https://shop.example/', from: 'Lamps & Co <shop@lamps.example>' };
    const mail = renderUserMail('EMAIL_CHANGED', { name: 'Ada', newEmail: 'a&b@example.com' }, look);
    expect(mail.html).toContain('a&#38;b@example.com');
    expect(mail.subject).not.toContain('\n');
    expect(mail.html).toContain('Lamps &#38; Co');
    expect(() => renderUserMail('NO_SUCH', {}, look)).toThrow(RangeError);
  });
});

/** The mailbox pages as a process of this environment serves them. */
function routesFor(user: UserUnderTest, environment: 'test' | 'production') {
  const settings = { ...readSettings({ NODE_ENV: 'test' }), environment };
  return mailboxRoutesOf([user.module], { settings } as Resources);
}
