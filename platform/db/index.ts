export {
  dedicatedClient,
  inTransaction,
  openable,
  type DatabaseOptions,
  type MigrationStep,
  type OpenableDatabase,
} from './connect';
export { countingStatements, type StatementLog } from './statement-counter';
export { keysetPage, keysetSql, type KeysetRequest, type KeysetSql, type SortColumn } from './keyset';
export { MoneyColumn, minorUnits, minorToDecimal, decimalToMinor } from './columns';
export { copyRows, type CopyCell } from './copy-rows';
export { bulkLoad } from './bulk-load';
export { LAZY_COMMIT } from './lazy-commit';
