import { AsyncLocalStorage } from 'node:async_hooks';

/** The SQL statements that one request caused, in the order they were sent. */
export interface StatementLog {
  readonly statements: string[];
}

const current = new AsyncLocalStorage<StatementLog>();

/** Runs `work` and collects the text of every SQL statement it sends, transaction control included. */
export function countingStatements<T>(log: StatementLog, work: () => T): T {
  return current.run(log, work);
}

/** Called by the driver for each statement; does nothing outside {@link countingStatements}. */
export function noteStatement(text: string): void {
  current.getStore()?.statements.push(text);
}
