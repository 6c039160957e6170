import type { JSONWebKeySet } from 'jose';
import type { DataSource } from 'typeorm';
import { openable } from '../../platform/db';
import { OutboxEvent } from '../../platform/events';
import { createFailedJobResolver, FailedJobService } from '../../platform/failed-jobs';
import {
  buildSubgraph,
  createSubgraphExecutor,
  type SubgraphDependencies,
  type SubgraphModule,
  type SubgraphSchema,
} from '../../platform/federation';
import { migrateJobs, startBackground } from '../../platform/jobs';
import type { Mailbox } from '../../platform/mail';
import { AccountResolver, AccountService, createAccountLoaders, User } from './account';
import { Address, AddressBookResolver, AddressResolver, AddressService, createAddressLoaders } from './address';
import { Attempt, AttemptService } from './attempt';
import { DirectoryResolver, DirectoryService } from './directory';
import { EmailResolver, EmailService } from './email';
import { MailService, OutgoingMail } from './mail';
import { First1764000000000 } from './migrations/1764000000000-first';
import { Jobs1764000500000 } from './migrations/1764000500000-jobs';
import { Positions1764001000000 } from './migrations/1764001000000-positions';
import { PasswordGate, PasswordResolver, PasswordService } from './password';
import { DataExport, PrivacyResolver, PrivacyService } from './privacy';
import { RefreshToken, Session, SessionResolver, SessionService } from './session';
import { SignInResolver, SignInService } from './sign-in';
import { SigningKey, SigningKeyResolver, SigningKeyService } from './signing-key';
import { Ticket, TicketService } from './ticket';
import { createUserJobs } from './user.jobs';

/** The user subgraph, and what a process may mount beside it. */
export interface UserSubgraph extends SubgraphModule {
  /** The public keys of access tokens. */
  jwks(): Promise<JSONWebKeySet>;
  /** Mails that no SMTP server has taken. */
  readonly mailbox: Mailbox;
}

/** Composes the user subgraph: accounts, sessions, passwords, addresses and mail over one database. */
export function createUserSubgraph(deps: SubgraphDependencies): UserSubgraph {
  const { settings, databaseUrl, bus, logger } = deps;
  const { source: database, ...connection } = openable({
    url: databaseUrl,
    entities: [User, Address, Session, RefreshToken, SigningKey, Ticket, Attempt, OutgoingMail, OutboxEvent],
    migrations: [First1764000000000, Jobs1764000500000, Positions1764001000000],
    poolSize: settings.databasePoolSize,
    applicationName: 'mercato-user',
  });
  const services = createServices(deps, database);
  const { keys, mails } = services;
  const jobs = createUserJobs(database, keys, settings);
  const subgraph = createSchema(services);
  return {
    name: 'user',
    sdl: subgraph.sdl,
    client: createSubgraphExecutor(subgraph, logger),
    ...connection,
    migrate: () => connection.migrate((query) => migrateJobs(query, jobs.definitions)),
    startWork: async (metrics) => {
      if (settings.smtpUrl === null && settings.environment === 'production')
        logger.warn('SMTP_URL is not set: mails wait in the database and nobody gets them');
      return startBackground({ ...jobs, databaseUrl, bus, logger, metrics });
    },
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
    failedJobs: new FailedJobService(database),
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
      createFailedJobResolver('user', services.failedJobs),
    ],
    orphanedTypes: [User, DataExport],
    references: {
      User: (reference, context) => accountResolver.resolveReference(reference, context),
      DataExport: (reference, context) => privacyResolver.resolveReference(reference, context),
    },
  });
}
