import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import Stripe from 'stripe';
import { DataSource } from 'typeorm';
import { readSettings } from '../../platform/config';
import { createLogger } from '../../platform/observability';
import { startPaymentSandbox } from '../../sandbox/payment';
import { runState } from '../support/run-state';
import { until } from '../support/until';
import type { Proof, ProofContext } from './proof';
import { compare, countOf, forgetPayments, writePayments } from './webhooks/books';
import { believe, makePayments, readEvents, send, shuffledAndTripled } from './webhooks/storm';

const EVENTS = 1_000;
/** Payments have more than two events each. */
const PAYMENTS = 470;
const AT_ONCE = 12;
const API_KEY = 'sk_test_of_the_storm';
const SECRET = 'whsec_of_the_storm';

export const proof: Proof = {
  name: 'webhooks',
  summary: `${EVENTS} provider events, shuffled, tripled and partly at once, leave every payment as the provider's ledger has it`,
  run: async (context) => {
    const storms = context.full ? 5 : 1;
    let [events, problems] = [0, 0];
    let controlCaught = true;
    for (let storm = 1; storm <= storms; storm += 1) {
      const found = await oneStorm(context, storm);
      events += found.events;
      problems += found.problems;
      controlCaught &&= found.wrongInControl > 0;
    }
    const isProven = problems === 0 && controlCaught && events >= EVENTS * storms;
    return { isProven, figures: { events, sent: events * 3, problems, controlCaught } };
  },
};

async function oneStorm(
  context: ProofContext,
  seed: number,
): Promise<{ events: number; problems: number; wrongInControl: number }> {
  const provider = await startProvider();
  const environment = { PAYMENT_API_KEY: API_KEY, PAYMENT_API_URL: provider.url, PAYMENT_WEBHOOK_SECRET: SECRET };
  const shop = await context.startSystem({ redis: 'none', environment });
  const database = await new DataSource({ type: 'postgres', url: shop.databases.order }).initialize();
  try {
    const stripe = new Stripe(API_KEY, { host: '127.0.0.1', port: provider.port, protocol: 'http', telemetry: false });
    await makePayments(stripe, PAYMENTS);
    await writePayments(database, PAYMENTS);
    const events = await readEvents(stripe);
    const storm = shuffledAndTripled(events, seed);
    const to = { url: new URL('/webhooks/payments', shop.url).href, secret: SECRET, atOnce: AT_ONCE };
    const { acknowledged, slowestMs } = await send(storm, to);
    context.say(
      `storm ${seed}: ${events.length} events, ${storm.length} sent, ${acknowledged} acknowledged, the slowest in ${slowestMs} ms`,
    );
    await until(
      () => countOf(database, 'provider_event WHERE handled_at IS NULL'),
      (open) => open === 0,
      60_000,
    );
    const kept = await countOf(database, 'provider_event');
    const wrong = await compare(database, provider.url);
    for (const each of wrong.slice(0, 5)) context.say(`  ${each}`);
    context.say(`storm ${seed}: ${kept} events kept, ${wrong.length} payments differ from the provider's ledger`);
    const problems = wrong.length + storm.length - acknowledged + Math.abs(kept - events.length);
    const wrongInControl = await runControl(database, storm, provider.url);
    context.say(`storm ${seed}: the control, which believes each event as it comes, gets ${wrongInControl} payments wrong`);
    return { events: events.length, problems, wrongInControl };
  } finally {
    await database.destroy();
    await provider.stop();
  }
}

/** Without de-duplication and without a direction in which states go. */
async function runControl(database: DataSource, storm: readonly Stripe.Event[], providerUrl: string): Promise<number> {
  await forgetPayments(database);
  for (const event of storm) await believe(database, event);
  return (await compare(database, providerUrl)).length;
}

/** Tells the shop nothing by itself: the storm does. */
async function startProvider() {
  return startPaymentSandbox({
    host: '127.0.0.1',
    port: 0,
    directory: await mkdtemp(join(runState().folder, 'storm-')),
    apiKey: API_KEY,
    webhookSecret: SECRET,
    webhookUrl: null,
    logger: createLogger(readSettings({ NODE_ENV: 'test', LOG_LEVEL: 'silent' }), 'payment sandbox'),
  });
}
