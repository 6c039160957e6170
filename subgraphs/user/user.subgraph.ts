import type { JSONWebKeySet } from 'jose';
import { openable } from '../../platform/db';
import { OutboxEvent, startOutboxRelay } from '../../platform/events';
import { buildSubgraph, createSubgraphExecutor, type SubgraphDependencies, type SubgraphModule } from '../../platform/federation';
import type { Routes } from '../../platform/http';
import { AccountResolver, AccountService, createAccountLoaders, User } from './account';
import { Attempt, AttemptService } from './attempt';
import { createMailboxRoutes, MailService, OutgoingMail, type MailboxEntry } from './mail';
import { First1764000000000 } from './migrations/1764000000000-first';
import { PasswordGate } from './password';
import { RefreshToken, Session, SessionResolver, SessionService } from './session';
import { SignInResolver, SignInService } from './sign-in';
import { SigningKey, SigningKeyResolver, SigningKeyService } from './signing-key';
import { Ticket, TicketService } from './ticket';

/** The user subgraph, and what a process may mount beside it. */
export interface UserSubgraph extends SubgraphModule {
  /** The public keys of access tokens. */
  jwks(): Promise<JSONWebKeySet>;
  /** Mails that no SMTP server has taken. */
  readonly mailbox: {
    list(limit: number): Promise<MailboxEntry[]>;
    byId(id: number): Promise<MailboxEntry | null>;
  };
  /** Pages that show the mailbox, at `/dev/mailbox`. Empty in production. */
  devMailboxRoutes(): Routes;
}

/** Composes the user subgraph: accounts, sessions, passwords, addresses and mail over one database. */
export function createUserSubgraph(deps: SubgraphDependencies): UserSubgraph {
  const { settings, databaseUrl, cache, bus, logger } = deps;
  const { source: database, ...connection } = openable({
    url: databaseUrl,
    entities: [User, Session, RefreshToken, SigningKey, Ticket, Attempt, OutgoingMail, OutboxEvent],
    migrations: [First1764000000000],
    poolSize: settings.databasePoolSize,
    applicationName: 'mercato-user',
  });
  const keys = new SigningKeyService(database, settings.accessTokenSeconds, settings.subgraphSigningKey);
  const mails = new MailService(database, settings.publicUrl);
  const tickets = new TicketService();
  const attempts = new AttemptService(database);
  const accounts = new AccountService(database, cache);
  const passwords = new PasswordGate(accounts, attempts);
  const sessions = new SessionService(database, keys, settings);
  const signIn = new SignInService({ database, accounts, sessions, passwords, tickets, mails });
  const accountResolver = new AccountResolver(accounts, createAccountLoaders(accounts));
  const subgraph = buildSubgraph({
    name: 'user',
    resolvers: [accountResolver, new SessionResolver(sessions, accounts), new SignInResolver(signIn), new SigningKeyResolver(keys)],
    orphanedTypes: [User],
    references: { User: (reference, context) => accountResolver.resolveReference(reference, context) },
  });
  return {
    name: 'user',
    sdl: subgraph.sdl,
    client: createSubgraphExecutor(subgraph, logger),
    ...connection,
    startWork: async () => {
      const relay = startOutboxRelay(databaseUrl, bus, logger);
      return { name: 'user work', stop: relay.stop };
    },
    jwks: () => keys.jwks(),
    mailbox: mails,
    devMailboxRoutes: () => (settings.environment === 'production' ? {} : createMailboxRoutes(mails)),
  };
}
