import { z } from 'zod';
import { CLIENT_VARIABLES, clientProblems, clientSettings, type ClientSettings } from './client-settings';

/**
 * Every setting that a Mercato process reads, in one place. An absent feature is `null`, never an empty string.
 * Nothing else in the project reads `process.env`.
 */
export interface Settings {
  readonly environment: 'development' | 'test' | 'production';
  readonly host: string;
  readonly port: number;
  /** Where clients reach the gateway; used in links inside e-mails. */
  readonly publicUrl: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly databases: Readonly<Record<SubgraphName, string | null>>;
  readonly databasePoolSize: number;
  readonly redisUrl: string | null;
  readonly subgraphUrls: Readonly<Record<SubgraphName, string | null>>;
  /** Shared secret of gateway and subgraphs, for HTTP message signatures. At least 32 characters. */
  readonly subgraphSigningKey: string | null;
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  /** A collector that takes order and catalogue events as batches of CloudEvents; without one nothing is gathered. */
  readonly analyticsUrl: string | null;
  readonly payment: PaymentSettings;
  readonly otlpEndpoint: string | null;
  /** ISO 4217 code of the one currency that the shop sells in; it must have two minor digits. */
  readonly currency: string;
  /** When a customer has left a cart alone for so long, they may be reminded of it. */
  readonly abandonedCartHours: number;
  /** `false` answers every read from PostgreSQL: for benchmarks and for finding out whether a cache lies. */
  readonly cacheEnabled: boolean;
  /** Whether gateways keep what subgraphs answer in Redis, by `@cacheControl`, for one another. */
  readonly entityCacheEnabled: boolean;
  readonly accessTokenSeconds: number;
  readonly refreshTokenSeconds: number;
  /** How long two tabs may present the same refresh token before it counts as theft. */
  readonly refreshGraceSeconds: number;
  readonly introspection: boolean;
  /** How long one GraphQL operation, and one call of a subgraph, may take. */
  readonly operationTimeoutMs: number;
  /** Threads that validate and plan new operations, at most; 0 plans in the gateway's own thread, which one operation may stall. */
  readonly planningThreads: number;
  /** Processor time that a new operation may take to be validated, and again to be planned. */
  readonly planningTimeoutMs: number;
  /** How many GraphQL requests may be in work at once, however well it goes; more are refused with 503. */
  readonly maxRequests: number;
  /** What the answer to one operation may cost, in the units of `@cost`: one for each record where the schema says nothing. */
  readonly maxOperationCost: number;
  readonly maxSocketsPerAddress: number;
  readonly maxSubscriptionsPerUser: number;
  /** How long a gateway that is told to stop still serves, for balancers to notice that it is not ready. */
  readonly drainSeconds: number;
  /** For how many days after its last parcel moved a customer may ask to send goods of an order back. */
  readonly returnWindowDays: number;
  readonly clients: ClientSettings;
  /** A port of the gateway's own for `/metrics`; without one they are public, in production absent. */
  readonly metricsPort: number | null;
}

/** How money is moved: by Stripe itself, or by whoever speaks its API at `apiUrl`, such as our sandbox. */
export interface PaymentSettings {
  /** Without one, nothing can be paid. */
  readonly apiKey: string | null;
  /** `null` is Stripe itself. */
  readonly apiUrl: string | null;
  /** With which the provider signs its webhooks. */
  readonly webhookSecret: string | null;
  /** Of one call; it is repeated once. */
  readonly timeoutMs: number;
  /** When money that is held is taken: with the order, or when the goods leave. */
  readonly captureOn: 'PLACING' | 'SHIPPING';
  /** Where the bank's page sends the shopper back to. */
  readonly returnUrl: string;
  /** Of the sandbox provider: where it keeps its journal, and where it sends its webhooks. */
  readonly sandboxDirectory: string;
  readonly webhookUrl: string | null;
}

export const SUBGRAPH_NAMES = ['user', 'product', 'order'] as const;
export type SubgraphName = (typeof SUBGRAPH_NAMES)[number];

/** Thrown by {@link readSettings}; `message` lists every wrong setting, a line each. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`wrong settings:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/**
 * Reads settings from environment variables and reports every mistake together.
 *
 * @param environment defaults to the process's own variables
 * @param options `mustSign: false` for a process that needs no key for its subgraphs, in production either
 * @throws SettingsError naming each variable that is wrong and what is allowed
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env, options = { mustSign: true }): Settings {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = variables.safeParse(present);
  if (!parsed.success) {
    throw new SettingsError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const v = parsed.data;
  if (v.NODE_ENV === 'production' && v.CRASH_POINTS !== undefined)
    throw new SettingsError(['CRASH_POINTS: kills processes on purpose and is refused when NODE_ENV=production']);
  const problems = clientProblems(v);
  if (problems.length > 0) throw new SettingsError(problems);
  const settings: Settings = {
    environment: v.NODE_ENV,
    host: v.HOST,
    port: v.PORT,
    publicUrl: v.PUBLIC_URL ?? `http://localhost:${v.PORT}`,
    logLevel: v.LOG_LEVEL ?? (v.NODE_ENV === 'test' ? 'warn' : 'info'),
    databases: { user: v.USER_DATABASE_URL, product: v.PRODUCT_DATABASE_URL, order: v.ORDER_DATABASE_URL },
    databasePoolSize: v.DATABASE_POOL_SIZE,
    redisUrl: v.REDIS_URL,
    subgraphUrls: { user: v.USER_SUBGRAPH_URL, product: v.PRODUCT_SUBGRAPH_URL, order: v.ORDER_SUBGRAPH_URL },
    subgraphSigningKey: v.SUBGRAPH_SIGNING_KEY,
    smtpUrl: v.SMTP_URL,
    mailFrom: v.MAIL_FROM,
    analyticsUrl: v.ANALYTICS_URL,
    payment: paymentSettings(v),
    otlpEndpoint: v.OTEL_EXPORTER_OTLP_ENDPOINT,
    currency: v.CURRENCY,
    abandonedCartHours: v.ABANDONED_CART_HOURS,
    cacheEnabled: v.CACHE === 'on',
    entityCacheEnabled: v.ENTITY_CACHE === 'on',
    accessTokenSeconds: v.ACCESS_TOKEN_SECONDS,
    refreshTokenSeconds: v.REFRESH_TOKEN_SECONDS,
    refreshGraceSeconds: v.REFRESH_GRACE_SECONDS,
    introspection: v.INTROSPECTION === undefined ? v.NODE_ENV !== 'production' : v.INTROSPECTION === 'on',
    operationTimeoutMs: v.OPERATION_TIMEOUT_MS,
    planningThreads: v.PLANNING_THREADS,
    planningTimeoutMs: v.PLANNING_TIMEOUT_MS,
    maxRequests: v.MAX_REQUESTS,
    maxOperationCost: v.MAX_OPERATION_COST,
    maxSocketsPerAddress: v.MAX_SOCKETS_PER_ADDRESS,
    maxSubscriptionsPerUser: v.MAX_SUBSCRIPTIONS_PER_USER,
    drainSeconds: v.DRAIN_SECONDS,
    returnWindowDays: v.RETURN_WINDOW_DAYS,
    clients: clientSettings(v),
    metricsPort: v.METRICS_PORT ?? null,
  };
  if (options.mustSign) refuseUnsafeProduction(settings);
  return settings;
}

function paymentSettings(v: z.infer<typeof variables>): PaymentSettings {
  return {
    apiKey: v.PAYMENT_API_KEY,
    apiUrl: v.PAYMENT_API_URL,
    webhookSecret: v.PAYMENT_WEBHOOK_SECRET,
    timeoutMs: v.PAYMENT_TIMEOUT_MS,
    captureOn: v.PAYMENT_CAPTURE === 'shipping' ? 'SHIPPING' : 'PLACING',
    returnUrl: v.PAYMENT_RETURN_URL ?? v.PUBLIC_URL ?? `http://localhost:${v.PORT}`,
    sandboxDirectory: v.PAYMENT_SANDBOX_DIRECTORY,
    webhookUrl: v.PAYMENT_WEBHOOK_URL,
  };
}

function refuseUnsafeProduction(settings: Settings): void {
  if (settings.environment === 'production' && settings.subgraphSigningKey === null) {
    throw new SettingsError(['SUBGRAPH_SIGNING_KEY: is required when NODE_ENV=production']);
  }
}

const absentOr = (schema: z.ZodType<string>) => schema.optional().transform((value) => value ?? null);
const wholeNumber = (minimum: number, maximum: number, fallback: number) =>
  z.coerce
    .number({ error: `must be a whole number from ${minimum} to ${maximum}` })
    .int(`must be a whole number from ${minimum} to ${maximum}`)
    .min(minimum, `must be ${minimum} at least`)
    .max(maximum, `must be ${maximum} at most`)
    .default(fallback);
const url = (...schemes: string[]) =>
  z.string().refine((value) => schemes.some((scheme) => value.startsWith(`${scheme}://`)) && URL.canParse(value), {
    error: `must be a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
  });
const port = z.coerce
  .number({ error: 'must be a port' })
  .int('must be a port')
  .min(0, 'must be a port')
  .max(65_535, 'must be a port');
const onOff = z.enum(['on', 'off'], { error: 'must be on or off' });

const hasTwoMinorDigits = (code: string): boolean => {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits === 2;
  } catch {
    return false;
  }
};

const variables = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'], { error: 'must be development, test or production' })
    .default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535, 4000),
  PUBLIC_URL: url('http', 'https').optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], { error: 'must be trace, debug, info, warn, error or silent' })
    .optional(),
  USER_DATABASE_URL: absentOr(url('postgres', 'postgresql')),
  PRODUCT_DATABASE_URL: absentOr(url('postgres', 'postgresql')),
  ORDER_DATABASE_URL: absentOr(url('postgres', 'postgresql')),
  DATABASE_POOL_SIZE: wholeNumber(2, 200, 10),
  REDIS_URL: absentOr(url('redis', 'rediss')),
  USER_SUBGRAPH_URL: absentOr(url('http', 'https')),
  PRODUCT_SUBGRAPH_URL: absentOr(url('http', 'https')),
  ORDER_SUBGRAPH_URL: absentOr(url('http', 'https')),
  SUBGRAPH_SIGNING_KEY: absentOr(z.string().min(32, 'must be 32 characters at least')),
  SMTP_URL: absentOr(url('smtp', 'smtps')),
  MAIL_FROM: z.string().default('Mercato <shop@mercato.example>'),
  ANALYTICS_URL: absentOr(url('http', 'https')),
  PAYMENT_API_KEY: absentOr(z.string().min(8, 'must be an API key of the payment provider')),
  PAYMENT_API_URL: absentOr(url('http', 'https')),
  PAYMENT_WEBHOOK_SECRET: absentOr(z.string().min(8, 'must be the signing secret of the webhook endpoint')),
  // Twice this, since a call is repeated once, must fit into an operation's time.
  PAYMENT_TIMEOUT_MS: wholeNumber(100, 60_000, 4_000),
  PAYMENT_CAPTURE: z.enum(['placing', 'shipping'], { error: 'must be placing or shipping' }).default('placing'),
  PAYMENT_RETURN_URL: url('http', 'https').optional(),
  PAYMENT_SANDBOX_DIRECTORY: z.string().default('.mercato/payment-sandbox'),
  PAYMENT_WEBHOOK_URL: absentOr(url('http', 'https')),
  OTEL_EXPORTER_OTLP_ENDPOINT: absentOr(url('http', 'https')),
  CURRENCY: z
    .string()
    .refine(hasTwoMinorDigits, { error: 'must be an ISO 4217 code with two minor digits, such as EUR' })
    .default('EUR'),
  ABANDONED_CART_HOURS: wholeNumber(1, 335, 24),
  CACHE: onOff.default('on'),
  ENTITY_CACHE: onOff.default('off'),
  ACCESS_TOKEN_SECONDS: wholeNumber(5, 86_400, 900),
  REFRESH_TOKEN_SECONDS: wholeNumber(10, 31_536_000, 2_592_000),
  REFRESH_GRACE_SECONDS: wholeNumber(0, 300, 20),
  INTROSPECTION: onOff.optional(),
  OPERATION_TIMEOUT_MS: wholeNumber(100, 600_000, 10_000),
  PLANNING_THREADS: wholeNumber(0, 16, 2),
  PLANNING_TIMEOUT_MS: wholeNumber(50, 60_000, 2_000),
  MAX_REQUESTS: wholeNumber(16, 100_000, 4_000),
  MAX_OPERATION_COST: wholeNumber(1, 1_000_000_000, 100_000),
  MAX_SOCKETS_PER_ADDRESS: wholeNumber(1, 1_000_000, 5_000),
  MAX_SUBSCRIPTIONS_PER_USER: wholeNumber(1, 1_000_000, 500),
  // What is still running after 25 seconds is cut, so a drain must leave time for it.
  DRAIN_SECONDS: wholeNumber(0, 15, 0),
  RETURN_WINDOW_DAYS: wholeNumber(0, 3_650, 30),
  /** Read by `crashPointFolder`; known here so that production refuses it. */
  CRASH_POINTS: z.string().optional(),
  METRICS_PORT: port.optional(),
  ...CLIENT_VARIABLES,
});

/** The environment variables that {@link readSettings} knows; others are ignored. */
export const SETTING_NAMES: readonly string[] = Object.keys(variables.shape);
