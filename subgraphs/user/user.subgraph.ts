import type { JSONWebKeySet } from 'jose';
import type { DataSource } from 'typeorm';
import { openable } from '../../platform/db';
import { OutboxEvent, startOutboxRelay } from '../../platform/events';
import {
  buildSubgraph,
  createSubgraphExecutor,
  type SubgraphDependencies,
  type SubgraphModule,
  type SubgraphSchema,
} from '../../platform/federation';
import type { Mailbox } from '../../platform/mail';
import { AccountResolver, AccountService, createAccountLoaders, User } from './account';
import { Address, AddressBookResolver, AddressResolver, AddressService, createAddressLoaders } from './address';
import { Attempt, AttemptService } from './attempt';
import { DirectoryResolver, DirectoryService } from './directory';
import { EmailResolver, EmailService } from './email';
import { MailService, OutgoingMail, startMailWorker } from './mail';
import { First1764000000000 } from './migrations/1764000000000-first';
import { PasswordGate, PasswordResolver, PasswordService } from './password';
import { DataExport, PrivacyResolver, PrivacyService } from './privacy';
import { RefreshToken, Session, SessionResolver, SessionService } from './session';
import { SignInResolver, SignInService } from './sign-in';
import { SigningKey, SigningKeyResolver, SigningKeyService } from './signing-key';
import { Ticket, TicketService } from './ticket';
import { startUpkeep } from './upkeep';

/** The user subgraph, and what a process may mount beside it. */
export interface UserSubgraph extends SubgraphModule {
  /** The public keys of access tokens. */
  jwks(): Promise<JSONWebKeySet>;
  /** Mails that no SMTP server has taken. */
  readonly mailbox: Mailbox;
}

/** Composes the user subgraph: accounts, sessions, passwords, addresses and mail over one database. */
export function createUserSubgraph(deps: SubgraphDependencies): UserSubgraph {
  const { settings, databaseUrl } = deps;
  const { source: database, ...connection } = openable({
    url: databaseUrl,
    entities: [User, Address, Session, RefreshToken, SigningKey, Ticket, Attempt, OutgoingMail, OutboxEvent],
    migrations: [First1764000000000],
    poolSize: settings.databasePoolSize,
    applicationName: 'mercato-user',
  });
  const services = createServices(deps, database);
  const { keys, mails } = services;
  const subgraph = createSchema(services);
  return {
    name: 'user',
    sdl: subgraph.sdl,
    client: createSubgraphExecutor(subgraph, deps.logger),
    ...connection,
    startWork: async () => ({ name: 'user work', stop: await startUserWork(deps, database, keys) }),
    jwks: () => keys.jwks(),
    mailbox: mails,
  };
}

type Services = ReturnType<typeof createServices>;

function createServices({ settings, cache }: SubgraphDependencies, database: DataSource) {
  const keys = new SigningKeyService(database, settings.accessTokenSeconds, settings.subgraphSigningKey);
  const mails = new MailService(database, { publicUrl: settings.publicUrl, from: settings.mailFrom });
  const tickets = new TicketService();
  const attempts = new AttemptService(database);
  const accounts = new AccountService(database, cache);
  const addresses = new AddressService(database);
  const gate = new PasswordGate(accounts, attempts);
  const sessions = new SessionService(database, keys, settings);
  const shared = { database, accounts, addresses, attempts, sessions, tickets, mails };
  return {
    keys,
    mails,
    accounts,
    addresses,
    sessions,
    signIn: new SignInService({ ...shared, passwords: gate }),
    passwords: new PasswordService({ ...shared, gate }),
    emails: new EmailService({ ...shared, passwords: gate }),
    directory: new DirectoryService(shared),
    privacy: new PrivacyService({ ...shared, passwords: gate }),
  };
}

function createSchema(services: Services): SubgraphSchema {
  const accountLoaders = createAccountLoaders(services.accounts);
  const accountResolver = new AccountResolver(services.accounts, accountLoaders);
  const privacyResolver = new PrivacyResolver(services.privacy, accountLoaders);
  return buildSubgraph({
    name: 'user',
    resolvers: [
      accountResolver,
      new AddressBookResolver(createAddressLoaders(services.addresses)),
      new AddressResolver(services.addresses),
      new DirectoryResolver(services.directory, accountLoaders),
      new EmailResolver(services.emails),
      new PasswordResolver(services.passwords),
      privacyResolver,
      new SessionResolver(services.sessions, services.accounts),
      new SignInResolver(services.signIn),
      new SigningKeyResolver(services.keys),
    ],
    orphanedTypes: [User, DataExport],
    references: {
      User: (reference, context) => accountResolver.resolveReference(reference, context),
      DataExport: (reference, context) => privacyResolver.resolveReference(reference, context),
    },
  });
}

/** Relay of the outbox, upkeep, and mail where there is a server to take it. Answers how to stop all of it. */
async function startUserWork(
  deps: SubgraphDependencies,
  database: DataSource,
  keys: SigningKeyService,
): Promise<() => Promise<void>> {
  const { settings, databaseUrl, bus, logger } = deps;
  const { smtpUrl, mailFrom: from, publicUrl } = settings;
  const running = [startOutboxRelay(databaseUrl, bus, logger), await startUpkeep(database, keys, logger)];
  if (smtpUrl !== null) running.push(startMailWorker({ databaseUrl, smtpUrl, from, publicUrl, logger }));
  else if (settings.environment === 'production')
    logger.warn('SMTP_URL is not set: mails wait in the database and nobody gets them');
  return async () => void (await Promise.all(running.map((part) => part.stop())));
}
