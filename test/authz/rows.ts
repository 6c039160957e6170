import { accountRows } from './account.rows';
import { afterObjectRows, afterRows } from './after.rows';
import { catalogueRows } from './catalogue.rows';
import { jobRows } from './jobs.rows';
import type { Row } from './matrix';
import { objectRows } from './object.rows';
import { orderRows } from './order.rows';
import { priceRows } from './price.rows';
import { webhookRows } from './webhook.rows';

/** The root fields; each has one row here. */
export const rootRows: readonly Row[] = [
  ...accountRows,
  ...catalogueRows,
  ...orderRows,
  ...priceRows,
  ...afterRows,
  ...jobRows,
  ...webhookRows,
];

/** The whole matrix. */
export const allRows: readonly Row[] = [...rootRows, ...objectRows, ...afterObjectRows];
