import type { DataSource, EntityManager } from 'typeorm';
import { TextSealer } from '../../../platform/auth';
import { inTransaction, keysetPage, keysetSql, type KeysetRequest } from '../../../platform/db';
import type { Page, PageRequest } from '../../../platform/federation';
import { recordsOf } from '../order';
import { WebhookEndpoint } from './endpoint.entity';
import {
  TooManyWebhookEndpoints,
  WebhookEndpointNotFound,
  WebhookEndpointVersionConflict,
  WebhookUrlRefused,
  type WebhookFailure,
} from './webhook.errors';
import { newWebhookSecret } from './webhook.signature';
import type { WebhookTopic } from './webhook.topics';
import { problemOf } from './webhook.url';

export interface NewEndpoint {
  readonly url: string;
  readonly topics: readonly WebhookTopic[];
  readonly description: string;
}

export interface EndpointChange extends Partial<NewEndpoint> {
  readonly endpointId: number;
  readonly isEnabled?: boolean;
  readonly expectedVersion: number | null;
}

export interface EndpointOutcome {
  readonly endpoint: WebhookEndpoint | null;
  readonly errors: readonly WebhookFailure[];
}

export interface SecretOutcome extends EndpointOutcome {
  readonly secret: string | null;
}

type Row = Record<string, unknown>;

const MAX_ENDPOINTS = 50;
const NEWEST = [{ sql: 'e.id', type: 'integer', direction: 'DESC' }] as const;

/** The endpoints that staff registers. */
export class WebhookEndpointService {
  private readonly sealer: TextSealer;

  constructor(
    private readonly database: DataSource,
    private readonly options: {
      /** Whether addresses must be https and public. */
      readonly isGuarded: boolean;
      readonly signingKey: string | null;
    },
  ) {
    this.sealer = new TextSealer(options.signingKey, 'webhook secret');
  }

  async create(input: NewEndpoint, createdBy: number | null): Promise<SecretOutcome> {
    const problem = problemOf(input.url, this.options.isGuarded);
    if (problem !== null) return { ...refused(WebhookUrlRefused.make(problem)), secret: null };
    const secret = newWebhookSecret();
    const values = [input.url, input.description, input.topics, this.sealer.seal(secret), createdBy, MAX_ENDPOINTS];
    const rows = await this.database.query<Row[]>(
      `INSERT INTO webhook_endpoint (url, description, topics, secret, created_by)
       SELECT $1, $2, $3::text[], $4, $5::integer WHERE (SELECT count(*) FROM webhook_endpoint) < $6 RETURNING *`,
      values,
    );
    const [endpoint] = this.recordsOf(rows);
    return endpoint
      ? { endpoint, secret, errors: [] }
      : { ...refused(TooManyWebhookEndpoints.make(MAX_ENDPOINTS)), secret: null };
  }

  /** Switching an endpoint on forgets how it failed. */
  async change(change: EndpointChange): Promise<EndpointOutcome> {
    const problem = change.url === undefined ? null : problemOf(change.url, this.options.isGuarded);
    if (problem !== null) return refused(WebhookUrlRefused.make(problem));
    return inTransaction(this.database, async (tx) => {
      const held = await this.lock(tx, change.endpointId);
      if (!held) return refused(WebhookEndpointNotFound.make());
      const { expectedVersion } = change;
      if (expectedVersion !== null && expectedVersion !== held.version) return refused(WebhookEndpointVersionConflict.make(held));
      const isEnabled = change.isEnabled ?? held.status === 'ENABLED';
      const isSwitchedOn = isEnabled && held.status === 'DISABLED';
      const [rows] = await tx.query<[Row[], number]>(
        `UPDATE webhook_endpoint SET url = $2, description = $3, topics = $4::text[], status = $5,
           disabled_reason = CASE WHEN $5 = 'ENABLED' THEN NULL ELSE COALESCE(disabled_reason, 'Switched off by staff.') END,
           failures = CASE WHEN $6 THEN 0 ELSE failures END, failing_since = CASE WHEN $6 THEN NULL ELSE failing_since END,
           rests_until = CASE WHEN $6 THEN NULL ELSE rests_until END, version = version + 1, updated_at = clock_timestamp()
         WHERE id = $1 RETURNING *`,
        [
          held.id,
          change.url ?? held.url,
          change.description ?? held.description,
          change.topics ?? held.topics,
          isEnabled ? 'ENABLED' : 'DISABLED',
          isSwitchedOn,
        ],
      );
      return { endpoint: this.recordsOf(rows)[0] ?? null, errors: [] };
    });
  }

  /** Its deliveries go with it. */
  async remove(endpointId: number): Promise<EndpointOutcome> {
    const [rows] = await this.database.query<[Row[], number]>('DELETE FROM webhook_endpoint WHERE id = $1 RETURNING *', [
      endpointId,
    ]);
    const [endpoint] = this.recordsOf(rows);
    return endpoint ? { endpoint, errors: [] } : refused(WebhookEndpointNotFound.make());
  }

  /** For `overlapHours` deliveries carry a signature by the old secret too. */
  async rotateSecret(endpointId: number, overlapHours: number): Promise<SecretOutcome> {
    const secret = newWebhookSecret();
    const [rows] = await this.database.query<[Row[], number]>(
      `UPDATE webhook_endpoint SET secret = $2, old_secret = CASE WHEN $3::integer > 0 THEN secret END,
         old_secret_until = CASE WHEN $3::integer > 0 THEN now() + make_interval(hours => $3::integer) END,
         version = version + 1, updated_at = clock_timestamp()
       WHERE id = $1 RETURNING *`,
      [endpointId, this.sealer.seal(secret), overlapHours],
    );
    const [endpoint] = this.recordsOf(rows);
    return endpoint ? { endpoint, secret, errors: [] } : { ...refused(WebhookEndpointNotFound.make()), secret: null };
  }

  /** What deliveries are signed with now, the newest first; empty when they were sealed under another key. */
  secretsOf(secrets: { readonly secret: string; readonly oldSecret: string | null }): string[] {
    return [secrets.secret, secrets.oldSecret].flatMap((sealed) => {
      const opened = sealed === null ? null : this.sealer.open(sealed);
      return opened === null ? [] : [opened];
    });
  }

  /** In the order of `keys`; `null` for one that does not exist. */
  async byKeys(keys: readonly number[]): Promise<(WebhookEndpoint | null)[]> {
    const rows = await this.database.query<Row[]>('SELECT * FROM webhook_endpoint WHERE id = ANY($1)', [keys]);
    const byKey = new Map(this.recordsOf(rows).map((endpoint) => [endpoint.id, endpoint]));
    return keys.map((key) => byKey.get(key) ?? null);
  }

  /** The newest first. */
  async page(page: PageRequest): Promise<Page<WebhookEndpoint>> {
    const request: KeysetRequest = { sort: NEWEST, list: ['webhook endpoints'], ...page };
    const sql = keysetSql(request, 2);
    const rows = await this.database.query<(Row & { cursor_values: string[] })[]>(
      `SELECT e.*, ${sql.cursorValues} AS cursor_values FROM webhook_endpoint e WHERE ${sql.where} ORDER BY ${sql.orderBy} LIMIT $1`,
      [sql.limit, ...sql.parameters],
    );
    const { edges, pageInfo } = keysetPage(request, rows);
    const records = this.recordsOf(edges.map(({ node }) => node));
    return {
      edges: edges.flatMap(({ cursor }, at) => (records[at] ? [{ cursor, node: records[at] }] : [])),
      pageInfo,
      totalCount: () => this.database.getRepository(WebhookEndpoint).count(),
    };
  }

  private async lock(tx: EntityManager, key: number): Promise<WebhookEndpoint | null> {
    return this.recordsOf(await tx.query<Row[]>('SELECT * FROM webhook_endpoint WHERE id = $1 FOR UPDATE', [key]))[0] ?? null;
  }

  private recordsOf(rows: readonly Row[]): WebhookEndpoint[] {
    return recordsOf(this.database, WebhookEndpoint, rows);
  }
}

function refused(failure: WebhookFailure): EndpointOutcome {
  return { endpoint: null, errors: [failure] };
}
