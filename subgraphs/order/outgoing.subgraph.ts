import type { DataSource } from 'typeorm';
import { createCollector } from '../../platform/analytics';
import type { DomainEvent } from '../../platform/events';
import type { SubgraphDependencies } from '../../platform/federation';
import type { JobDefinition, JobSchedule } from '../../platform/jobs';
import { createMailTransport, type Mailbox } from '../../platform/mail';
import type { Stoppable } from '../../platform/process';
import { ANALYTICS_QUEUE, ANALYTICS_TOPICS, AnalyticsService, pseudonymKeyOf } from './analytics';
import type { ContactPort } from './contact';
import { createNoticeJob, NoticeService, NoticeWriter, ReminderResolver } from './notice';
import type { OrderService } from './order';
import type { StockPort } from './stock';
import {
  createWebhookLoaders,
  createWebhookSender,
  WebhookDeliverer,
  WebhookDeliveryResolver,
  WebhookDeliveryService,
  WebhookEndpointResolver,
  WebhookEndpointService,
  WEBHOOK_SOURCES,
} from './webhook';

export type OutgoingDependencies = Pick<SubgraphDependencies, 'settings' | 'bus' | 'logger'> & {
  readonly database: DataSource;
  readonly orders: OrderService;
  readonly stock: StockPort;
  readonly contacts: ContactPort;
};

/** What tells the world outside: mails, webhooks and analytics. All of it follows from events; no request waits for it. */
export interface Outgoing {
  readonly resolvers: readonly object[];
  readonly definitions: readonly JobDefinition<never>[];
  readonly schedules: readonly JobSchedule[];
  readonly mailbox: Mailbox;
  /** Takes events from the bus; called in worker processes only. */
  startConsuming(): Stoppable;
  close(): Promise<void>;
}

const SWEEP = 'outgoing.sweep';
const WEBHOOK_TIMEOUT_MS = 10_000;

export function createOutgoing(deps: OutgoingDependencies): Outgoing {
  const { settings, bus, logger } = deps;
  const { notices, transport, ...mail } = createNotices(deps);
  const { deliveries, sender, ...webhooks } = createWebhooks(deps, notices);
  const { analytics, collector } = createAnalytics(deps);
  const sweep = async (): Promise<void> => {
    await notices.sweep();
    await deliveries.sweep();
    await analytics?.sweep();
  };
  return {
    resolvers: [...mail.resolvers, ...webhooks.resolvers],
    definitions: [
      ...mail.definitions,
      ...webhooks.definitions,
      analytics?.job() ?? { ...ANALYTICS_QUEUE, isPaused: true, run: async () => undefined },
      { name: SWEEP, run: sweep },
    ],
    schedules: [{ name: SWEEP, cron: '17 * * * *' }],
    mailbox: notices,
    startConsuming: () => {
      if (settings.smtpUrl === null && settings.environment === 'production')
        logger.warn('SMTP_URL is not set: mails about orders wait in the database and nobody gets them');
      const consume = (group: string, topics: readonly string[], taker: { take(event: DomainEvent): Promise<void> }) =>
        bus.consume(group, topics, (event) => taker.take(event));
      const stops = [
        consume('notices', ['order', 'cart'], notices),
        consume('webhooks', WEBHOOK_SOURCES, deliveries),
        ...(analytics ? [consume('analytics', ANALYTICS_TOPICS, analytics)] : []),
      ];
      return { name: 'what is told outside', stop: async () => void (await Promise.all(stops.map((stop) => stop()))) };
    },
    close: async () => {
      transport?.close();
      await Promise.all([sender.close(), collector?.close()]);
    },
  };
}

function createNotices({ settings, database, orders, stock, contacts }: OutgoingDependencies) {
  const linkSecret = settings.subgraphSigningKey ?? 'development';
  const look = { publicUrl: settings.publicUrl, from: settings.mailFrom };
  const writer = new NoticeWriter({ database, orders, stock, contacts, look, linkSecret });
  const notices = new NoticeService(database, writer);
  const { smtpUrl } = settings;
  const transport = smtpUrl === null ? null : createMailTransport({ smtpUrl, from: settings.mailFrom });
  const definitions: JobDefinition<never>[] = [createNoticeJob(notices, writer, transport)];
  return { notices, transport, definitions, resolvers: [new ReminderResolver(notices, linkSecret)] };
}

function createWebhooks({ settings, database, logger }: OutgoingDependencies, notices: NoticeService) {
  const isGuarded = settings.environment === 'production';
  const endpoints = new WebhookEndpointService(database, { isGuarded, signingKey: settings.subgraphSigningKey });
  const deliveries = new WebhookDeliveryService(database, settings.publicUrl);
  const sender = createWebhookSender({ isGuarded, timeoutMs: WEBHOOK_TIMEOUT_MS });
  const notify = notices.write.bind(notices);
  const deliverer = new WebhookDeliverer({ database, endpoints, sender, notify, logger });
  const loaders = createWebhookLoaders(endpoints, deliveries);
  const resolvers = [new WebhookEndpointResolver(endpoints, deliveries, loaders), new WebhookDeliveryResolver(loaders)];
  const definitions: JobDefinition<never>[] = [deliverer.job()];
  return { deliveries, sender, definitions, resolvers };
}

function createAnalytics({ settings, database, logger }: OutgoingDependencies) {
  if (settings.analyticsUrl === null) return { analytics: null, collector: null };
  const collector = createCollector(settings.analyticsUrl);
  const pseudonymKey = pseudonymKeyOf(settings.subgraphSigningKey);
  const analytics = new AnalyticsService({ database, collector, source: settings.publicUrl, pseudonymKey, logger });
  return { analytics, collector };
}
