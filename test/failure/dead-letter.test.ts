import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { jobsOf, untilJob } from '../support/jobs';
import { ask, codeOf, openUserSubgraph, person, type Person, type UserUnderTest } from '../user/support/people';

interface FailedJob {
  id: string;
  name: string;
  payload: string;
  attempts: number;
  error: string;
}
interface Decision {
  retried?: number;
  discarded?: number;
  errors: { __typename: string; ids?: string[] }[];
}

const LIST = `query ($name: String, $first: Int, $after: String) {
  userFailedJobs(name: $name, first: $first, after: $after) {
    nodes { id name payload attempts error enqueuedAt failedAt } totalCount pageInfo { hasNextPage endCursor } } }`;
const ERRORS = 'errors { __typename ... on FailedJobNotFound { ids } }';
const RETRY = `mutation ($input: RetryFailedJobsInput!) { retryUserFailedJobs(input: $input) { retried ${ERRORS} } }`;
const DISCARD = `mutation ($input: DiscardFailedJobsInput!) { discardUserFailedJobs(input: $input) { discarded ${ERRORS} } }`;

const delivered: string[] = [];
let refuses = true;
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onRcptTo: (address, _session, callback) => {
    if (!refuses) return callback();
    callback(Object.assign(new Error(`no mailbox of ${address.address} here`), { responseCode: 550 }));
  },
  onData: (stream, session, callback) => {
    stream.resume().on('end', () => {
      delivered.push(session.envelope.rcptTo[0]?.address ?? '');
      callback();
    });
  },
});

let user: UserUnderTest;
let staff: Person;
let work: { stop(): Promise<void> };

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  user = await openUserSubgraph({ settings: { smtpUrl: `smtp://127.0.0.1:${port}`, logLevel: 'silent' } });
  staff = await person(user, { roles: ['CUSTOMER', 'STAFF'] });
  work = await user.module.startWork();
});
afterAll(async () => {
  await work.stop();
  await user.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});
beforeEach(async () => {
  refuses = true;
  delivered.length = 0;
  await untilJob(user.database, `true HAVING count(*) FILTER (WHERE name = 'mail.send' AND state <= 'active') = 0`);
  await user.database.query(`DELETE FROM pgboss.job_common WHERE name = 'dead-letter'`);
});

/** Somebody registers, and the mail server will not have their mail. */
async function deadLetterFor(): Promise<{ somebody: Person; job: FailedJob }> {
  const known = new Set((await list()).nodes.map(({ id }) => id));
  const somebody = await person(user);
  await untilJob(user.database, `name = 'dead-letter' HAVING count(*) = ${known.size + 1}`);
  const job = (await list()).nodes.find(({ id }) => !known.has(id));
  if (!job) throw new Error('the list holds no new job');
  return { somebody, job };
}

async function list(variables: Record<string, unknown> = {}) {
  const answer = await ask<{
    userFailedJobs: { nodes: FailedJob[]; totalCount: number; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  }>(user, LIST, { first: 50, ...variables }, staff.viewer);
  return answer.userFailedJobs;
}

const retry = (ids: string[]): Promise<Decision> =>
  ask<{ retryUserFailedJobs: Decision }>(user, RETRY, { input: { ids } }, staff.viewer).then((data) => data.retryUserFailedJobs);

describe('a job that failed for good', () => {
  it('is listed for staff, tried again after the fault was mended, and has its effect once, whoever retries it', async () => {
    const { somebody, job } = await deadLetterFor();
    expect(job).toMatchObject({ name: 'mail.send', attempts: 1, error: expect.stringContaining('550') as string });
    expect(JSON.parse(job.payload)).toEqual({ mailId: expect.any(Number) as number });
    refuses = false;
    const answers = await Promise.all([retry([job.id]), retry([job.id]), retry([job.id])]);
    expect(answers.map(({ retried }) => retried).sort((a = 0, b = 0) => a - b)).toEqual([0, 0, 1]);
    expect(answers.flatMap(({ errors }) => errors)).toEqual(
      Array.from({ length: 2 }, () => ({ __typename: 'FailedJobNotFound', ids: [job.id] })),
    );
    await untilJob(user.database, `name = 'mail.send' AND state = 'completed' AND source_root_id IS NOT NULL`);
    expect(delivered).toEqual([somebody.email]);
    expect((await list()).nodes).toEqual([]);
  });

  it('comes back to the list when nothing was mended, and no longer when it was let go', async () => {
    const { job } = await deadLetterFor();
    expect(await retry([job.id])).toEqual({ retried: 1, errors: [] });
    await untilJob(user.database, `name = 'dead-letter' AND source_root_id IS NOT NULL HAVING count(*) = 1`);
    const [again] = (await list()).nodes;
    expect(again).toMatchObject({ name: 'mail.send', payload: job.payload });
    const input = { ids: [again?.id] };
    expect(await ask(user, DISCARD, { input }, staff.viewer)).toEqual({ discardUserFailedJobs: { discarded: 1, errors: [] } });
    expect(await jobsOf(user.database, 'dead-letter')).toEqual([]);
    const decisions = await user.database.query(
      `SELECT decision, actor_id, job_name, payload FROM job_decision WHERE payload = $1::jsonb ORDER BY id`,
      [job.payload],
    );
    const noted = { actor_id: staff.key, job_name: 'mail.send', payload: JSON.parse(job.payload) as object };
    expect(decisions).toEqual([
      { decision: 'RETRIED', ...noted },
      { decision: 'DISCARDED', ...noted },
    ]);
  });

  it('is listed by name and by page', async () => {
    const jobs = [await deadLetterFor(), await deadLetterFor(), await deadLetterFor()].map(({ job }) => job.id);
    expect((await list({ name: 'user.upkeep' })).nodes).toEqual([]);
    const first = await list({ first: 2, name: 'mail.send' });
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const rest = await list({ first: 2, name: 'mail.send', after: first.pageInfo.endCursor });
    expect([...first.nodes, ...rest.nodes].map(({ id }) => id)).toEqual(jobs.toReversed());
  });

  it('is nobody else’s business, and an id must be one', async () => {
    const customer = await person(user);
    expect(await codeOf(user, LIST, { first: 1 }, customer.viewer)).toBe('FORBIDDEN');
    expect(await codeOf(user, RETRY, { input: { ids: ['job_1'] } }, customer.viewer)).toBe('FORBIDDEN');
    expect(await codeOf(user, RETRY, { input: { ids: ['job_1'] } }, staff.viewer)).toBe('BAD_USER_INPUT');
    expect(await codeOf(user, RETRY, { input: { ids: [] } }, staff.viewer)).toBe('BAD_USER_INPUT');
  });
});
