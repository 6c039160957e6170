import pg from 'pg';
import type { Settings } from '../../platform/config';
import { chainOf, verifyAudit, type AuditVerdict } from '../../subgraphs/order/audit';
import { usingDatabases } from '../databases';
import { CommandError } from '../print';

export interface VerifyTrailOptions {
  readonly order?: string;
  readonly anchor?: { readonly sequence: number; readonly hash: string };
  readonly dataDir: string;
}

/** Verifies the audit trail in the order database that the settings, or else the data directory, name. */
export function verifyTrail(settings: Settings, options: VerifyTrailOptions): Promise<AuditVerdict> {
  const { order } = settings.databases;
  if (order !== null) return verifyDatabase(order, options);
  return usingDatabases(settings, options.dataDir, (databases) => verifyDatabase(databases.order, options));
}

async function verifyDatabase(url: string, { order, anchor }: VerifyTrailOptions): Promise<AuditVerdict> {
  const client = new pg.Client({ connectionString: url, application_name: 'mercato-audit' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const chain = order === undefined ? undefined : await chainOfOrder(client, order);
    return await verifyAudit(client, { chain, knownAnchor: anchor });
  } finally {
    await client.end();
  }
}

async function chainOfOrder(client: pg.Client, number: string): Promise<string> {
  const { rows } = await client.query<{ id: number }>('SELECT id FROM "order" WHERE number = upper($1)', [number.trim()]);
  if (!rows[0]) throw new CommandError(`there is no order ${number}`);
  return chainOf('Order', rows[0].id);
}
