import { say } from '../print';
import { demoAccounts } from './seeding';

const FIRST_QUERY =
  '{ search(query: "insulated botle", first: 2) { totalCount nodes { name price { formatted } availableForSale } } }';

/** What a newcomer needs to go on: where to query, who to be, what to paste. */
export function showWelcome(url: string, isSeeded: boolean): void {
  say();
  say(`  GraphQL endpoint  ${url}`);
  say(`  GraphQL IDE       ${url} (open it in a browser)`);
  for (const { role, email, password } of isSeeded ? demoAccounts() : []) say(`  ${role.padEnd(16)}  ${email} / ${password}`);
  say();
  say('  Try it:');
  say(`    curl -s ${url} -H 'content-type: application/json' -d '${JSON.stringify({ query: FIRST_QUERY })}'`);
  say();
}
