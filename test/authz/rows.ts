import { accountRows } from './account.rows';
import { catalogueRows } from './catalogue.rows';
import type { Row } from './matrix';
import { objectRows } from './object.rows';
import { orderRows } from './order.rows';

/** The root fields; each has one row here. */
export const rootRows: readonly Row[] = [...accountRows, ...catalogueRows, ...orderRows];

/** The whole matrix. */
export const allRows: readonly Row[] = [...rootRows, ...objectRows];
